//! Runs any graph: pure state machine, executors, backends.
