#!/bin/sh
# Creates the database that several machines share. Call it once on the machine of PostgreSQL 13 or newer:
#   sudo -u postgres sh database.sh
# It asks for a password. For each machine, write into pg_hba.conf:  host syndicator syndicator ADDRESS/32 scram-sha-256
# and into postgresql.conf:  listen_addresses = '*'  and  max_connections: 25 for each worker, and 10. Then restart it.
set -e
createuser --pwprompt syndicator
createdb --owner syndicator --encoding UTF8 --template template0 syndicator
host=$(hostname -f 2>/dev/null || hostname)
echo "store.url = \"postgresql://syndicator@$host/syndicator\""
echo "The password: a line SYNDICATOR_STORE__URL=postgresql://syndicator:PASSWORD@$host/syndicator"
echo "in /etc/syndicator/environment of each machine, readable by root alone. Units read it, and commands that root types."
