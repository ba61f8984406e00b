// A connector's life through github.com/go-kafka/connect: main <url> <file with {"name", "config"}>; one line for each call.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-kafka/connect"
)

func must(err error) {
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}

func untilState(client *connect.Client, name, state string) {
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		status, _, err := client.GetConnectorStatus(name)
		if err == nil && len(status.Tasks) == 1 && status.Connector.State == state && status.Tasks[0].State == state {
			fmt.Println("status:", status.Name, status.Connector.State, status.Tasks[0].ID, status.Tasks[0].State, status.Tasks[0].WorkerID)
			return
		}
		if time.Now().After(end) {
			must(fmt.Errorf("not %s: %+v %v", state, status, err))
		}
	}
}

func refusal(what string, err error) {
	var refused connect.APIError
	if !errors.As(err, &refused) {
		must(fmt.Errorf("%s: no APIError but %v", what, err))
	}
	fmt.Println(what+":", refused.Code, refused.Message)
}

func main() {
	text, err := os.ReadFile(os.Args[2])
	must(err)
	var wanted connect.Connector
	must(json.Unmarshal(text, &wanted))
	client := connect.NewClient(os.Args[1])
	name := wanted.Name

	created := connect.Connector{Name: name, Config: wanted.Config}
	response, err := client.CreateConnector(&created)
	must(err)
	fmt.Println("created:", response.StatusCode, created.Name, created.Config["topic.prefix"])
	_, err = client.CreateConnector(&connect.Connector{Name: name, Config: wanted.Config})
	refusal("created again", err)
	names, _, err := client.ListConnectors()
	must(err)
	fmt.Println("names:", names)
	untilState(client, name, "RUNNING")

	connector, _, err := client.GetConnector(name)
	must(err)
	fmt.Println("connector:", connector.Name, connector.Tasks)
	tasks, _, err := client.GetConnectorTasks(name)
	must(err)
	fmt.Println("tasks:", len(tasks), tasks[0].ID, tasks[0].Config["task.class"])

	// As read, secrets and all, with one change.
	config, _, err := client.GetConnectorConfig(name)
	must(err)
	config["poll.interval.ms"] = "50"
	updated, response, err := client.UpdateConnectorConfig(name, config)
	must(err)
	fmt.Println("updated:", response.StatusCode, updated.Config["poll.interval.ms"])
	untilState(client, name, "RUNNING")

	response, err = client.PauseConnector(name)
	must(err)
	fmt.Println("pause:", response.StatusCode)
	untilState(client, name, "PAUSED")
	response, err = client.ResumeConnector(name)
	must(err)
	fmt.Println("resume:", response.StatusCode)
	untilState(client, name, "RUNNING")
	response, err = client.RestartConnector(name)
	must(err)
	fmt.Println("restart:", response.StatusCode)
	untilState(client, name, "RUNNING")

	response, err = client.DeleteConnector(name)
	must(err)
	fmt.Println("deleted:", response.StatusCode)
	_, _, err = client.GetConnector(name)
	refusal("gone", err)
}
