// Starts a Holdfast job by name from another language: all it knows of Holdfast is docs/contract.md.
//
//	foreign-client <id> < request.json    submits the job and prints how it ended
//	foreign-client --status <id>          prints the answer to the query "status"
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
)

// Ending is how a job ended: its result, or the code of the error table and a message.
type Ending struct {
	Result  json.RawMessage `json:"result,omitempty"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	Detail  *JobError       `json:"detail,omitempty"`
}

// JobError is the first detail of a job's ApplicationFailure.
type JobError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Name    string `json:"name,omitempty"`
	Stack   string `json:"stack,omitempty"`
}

var warnings = &slog.HandlerOptions{Level: slog.LevelWarn}

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	temporalClient, err := client.DialContext(ctx, client.Options{
		HostPort:  os.Getenv("TEMPORAL_ADDRESS"),
		Namespace: os.Getenv("TEMPORAL_NAMESPACE"),
		Logger:    log.NewStructuredLogger(slog.New(slog.NewTextHandler(os.Stderr, warnings))),
	})
	if err != nil {
		return err
	}
	defer temporalClient.Close()

	switch {
	case len(args) == 1:
		return submit(ctx, temporalClient, args[0])
	case len(args) == 2 && args[0] == "--status":
		return status(ctx, temporalClient, args[1])
	default:
		return errors.New("usage: foreign-client [--status] <id>")
	}
}

func submit(ctx context.Context, temporalClient client.Client, id string) error {
	var request JobRequest
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&request); err != nil {
		return fmt.Errorf("request: %w", err)
	}
	started, err := temporalClient.ExecuteWorkflow(ctx, startOptions(id, request), "job", request)
	if err != nil {
		return err
	}
	ending, err := endingOf(ctx, started)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(ending)
}

// With these two policies a second submit of an id, even of a closed job, answers with the first one's.
func startOptions(id string, request JobRequest) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       "job/" + id,
		TaskQueue:                "orchestrator",
		WorkflowIDReusePolicy:    enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
		TypedSearchAttributes: temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyKeyword("HoldfastKind").ValueSet(request.Kind),
			temporal.NewSearchAttributeKeyKeyword("HoldfastPool").ValueSet(request.Pool),
		),
	}
}

func endingOf(ctx context.Context, started client.WorkflowRun) (Ending, error) {
	var result json.RawMessage
	err := started.Get(ctx, &result)
	var failure *temporal.ApplicationError
	var cancelled *temporal.CanceledError
	var terminated *temporal.TerminatedError
	switch {
	case err == nil:
		return Ending{Result: result}, nil
	case errors.As(err, &failure):
		return Ending{Code: failure.Type(), Message: failure.Message(), Detail: detailOf(failure)}, nil
	case errors.As(err, &cancelled):
		return Ending{Code: "job_cancelled"}, nil
	case errors.As(err, &terminated):
		return Ending{Code: "job_terminated"}, nil
	default:
		return Ending{}, err
	}
}

func detailOf(failure *temporal.ApplicationError) *JobError {
	var detail JobError
	if !failure.HasDetails() || failure.Details(&detail) != nil {
		return nil
	}
	return &detail
}

func status(ctx context.Context, temporalClient client.Client, id string) error {
	answer, err := temporalClient.QueryWorkflow(ctx, "job/"+id, "", "status")
	if err != nil {
		return err
	}
	var status json.RawMessage
	if err := answer.Get(&status); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(status)
}
