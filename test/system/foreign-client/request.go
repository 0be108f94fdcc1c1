package main

import "encoding/json"

// JobRequest is what the workflow "job" takes. Only kind and pool are required.
type JobRequest struct {
	Kind        string          `json:"kind"`
	Pool        string          `json:"pool"`
	Input       json.RawMessage `json:"input,omitempty"`
	TimeoutMs   int64           `json:"timeoutMs,omitempty"`
	HeartbeatMs int64           `json:"heartbeatMs,omitempty"`
	Failover    *Failover       `json:"failover,omitempty"`
	Retry       *Retry          `json:"retry,omitempty"`
	Session     *Session        `json:"session,omitempty"`
	Reconcile   string          `json:"reconcile,omitempty"`
	HorizonMs   *int64          `json:"horizonMs,omitempty"`
}

// Failover says how often a lost attempt is dispatched again. A pointer: 0 is not the default.
type Failover struct {
	MaxAttempts *int64 `json:"maxAttempts,omitempty"`
}

// Retry says how a job whose handler failed is tried again.
type Retry struct {
	MaxAttempts  *int64   `json:"maxAttempts,omitempty"`
	InitialMs    *int64   `json:"initialMs,omitempty"`
	MaxMs        *int64   `json:"maxMs,omitempty"`
	NonRetryable []string `json:"nonRetryable,omitempty"`
}

// Session is the place of a job in an ordered stream of results.
type Session struct {
	ID    string `json:"id"`
	Index int64  `json:"index"`
}
