#!/bin/sh
# Makes the secrets that compose.yaml reads, in the folder `secrets` beside it; what is there, stays.
# Containers read them as another user: the files are readable, the folder is its owner's alone.
set -eu
cd "$(dirname "$0")/.."
umask 077
mkdir -p secrets
chmod 700 secrets

keep() {
  name=$1
  if [ -s "secrets/$name" ]; then
    echo "kept  secrets/$name"
    cat >/dev/null
  else
    cat >"secrets/.$name.new"
    chmod 644 "secrets/.$name.new"
    mv "secrets/.$name.new" "secrets/$name"
    echo "made  secrets/$name"
  fi
}

random() { od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; }

random | keep postgres_password
printf 'postgresql://tgactors:%s@postgres:5432/tgactors' "$(cat secrets/postgres_password)" | keep database_url
head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' | keep session_keys
random | keep http_token

echo "Keep a copy of secrets/session_keys elsewhere: without it no stored session can be opened."
