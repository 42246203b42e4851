onmessage = async (message) => postMessage(await (await fetch(message.data)).json());
