"""A connector's life through kafka-connect-py: client.py <url> <file with {"name", "config"}>; one line for each call."""

import json
import sys
import time

from kafka_connect import KafkaConnect
from requests.exceptions import HTTPError


def until_state(client, name, state, tasks=1):
    end = time.monotonic() + 30
    while True:
        status = client.get_connector_status(name) if name in client.list_connectors() else None
        found = [] if status is None else [status["connector"]["state"]] + [task["state"] for task in status["tasks"]]
        if found == [state] * (1 + tasks):
            print("status:", *found)
            return
        if time.monotonic() > end:
            raise SystemExit(f"not {state}: {status}")
        time.sleep(0.1)


def refusal(what, call):
    try:
        call()
    except HTTPError as error:
        print(f"{what}:", error.response.status_code, error.response.json()["error_code"])
        return
    raise SystemExit(f"{what}: not refused")


def main(url, file):
    with open(file, encoding="utf-8") as text:
        wanted = json.load(text)
    name = wanted["name"]
    client = KafkaConnect(url=url)

    print("version:", client.get_cluster_info()["version"])
    plugins = [plugin["class"] for plugin in client.list_connector_plugins()]
    print("plugin:", wanted["config"]["connector.class"] in plugins)
    short = wanted["config"]["connector.class"].rsplit(".", 1)[1]
    print("errors:", client.validate_connector_config(short, {**wanted["config"], "name": name})["error_count"])
    bad = {**wanted["config"], "name": name, "snapshot.mode": "bad"}
    print("errors:", client.validate_connector_config(short, bad)["error_count"])

    print("created:", client.create_connector(wanted)["name"])
    refusal("created again", lambda: client.create_connector(wanted))
    until_state(client, name, "RUNNING")
    print("names:", client.list_connectors(), client.list_connectors(pattern="no-such-.*"))
    print("running:", list(client.list_connectors(expand="status", state="RUNNING")))
    print("connector:", client.get_connector(name)["tasks"])
    print("task:", client.get_connector_task_status(name, 0)["state"])
    print("tasks:", [task["id"] for task in client.list_connector_tasks(name)])

    config = client.get_connector_config(name)
    config["poll.interval.ms"] = "50"
    print("updated:", client.update_connector(name, config)["config"]["poll.interval.ms"])
    until_state(client, name, "RUNNING")
    print("topics:", client.list_connector_topics(name))
    client.reset_connector_topics(name)

    client.pause_connector(name)
    until_state(client, name, "PAUSED")
    client.resume_connector(name)
    until_state(client, name, "RUNNING")
    client.restart_connector(name)
    until_state(client, name, "RUNNING")
    print("restart:", client.restart_connector(name, include_tasks=True)["name"])
    until_state(client, name, "RUNNING")
    client.restart_connector_task(name, 0)
    until_state(client, name, "RUNNING")
    client.stop_connector(name)
    until_state(client, name, "STOPPED", tasks=0)
    client.delete_connector(name)
    refusal("gone", lambda: client.get_connector(name))


main(sys.argv[1], sys.argv[2])
