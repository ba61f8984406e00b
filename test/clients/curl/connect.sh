#!/bin/sh
# A connector's life in curl calls of the kind that Kafka's documentation gives (section "REST API" of Kafka Connect): connect.sh <url> <file
# with {"name", "config"}> <name>. Each call prints its status code and its body on a line.
set -u
url=$1
file=$2
name=$3

call() {
  curl -s -w ' %{http_code}\n' -H 'Accept: application/json' "$@" | awk '{ print $NF, substr($0, 1, length($0) - length($NF) - 1) }'
}

until_state() {
  for _ in $(seq 1 300); do
    if curl -s "$url/connectors/$name/status" | grep -q "\"connector\":{\"state\":\"$1\".*\"tasks\":$2"; then
      echo "is $1"
      return
    fi
    sleep 0.1
  done
  echo "is not $1: $(curl -s "$url/connectors/$name/status")"
  exit 1
}

call "$url/"
call "$url/connector-plugins?connectorsOnly=true"
call -X POST -H 'Content-Type: application/json' --data "@$file" "$url/connectors"
call "$url/connectors"
until_state RUNNING '\[{"id":0,"state":"RUNNING"'
call "$url/connectors/$name/tasks/0/status"
call "$url/connectors?expand=status"
call -X PATCH -H 'Content-Type: application/json' --data '{"poll.interval.ms":"50"}' "$url/connectors/$name/config"
until_state RUNNING '\[{"id":0,"state":"RUNNING"'
call -X PUT "$url/connectors/$name/pause"
until_state PAUSED '\[{"id":0,"state":"PAUSED"'
call -X PUT "$url/connectors/$name/resume"
until_state RUNNING '\[{"id":0,"state":"RUNNING"'
call -X POST "$url/connectors/$name/restart?includeTasks=true&onlyFailed=false"
until_state RUNNING '\[{"id":0,"state":"RUNNING"'
call -X POST "$url/connectors/$name/tasks/0/restart"
until_state RUNNING '\[{"id":0,"state":"RUNNING"'
call "$url/connectors/$name/offsets"
call -X DELETE "$url/connectors/$name/offsets"
call -X PUT "$url/connectors/$name/stop"
until_state STOPPED '\[\]'
call -X DELETE "$url/connectors/$name/offsets"
call "$url/connectors/$name/offsets"
call -X DELETE "$url/connectors/$name"
call "$url/connectors/$name"
