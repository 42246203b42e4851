export const load = async () => (await fetch("../article.json")).json();
