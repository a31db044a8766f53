//! Handles can go anywhere: they are `Send`, `Sync` and own what they need.

use swath::{
    Agg, Batch, DataFrame, Error, Expr, GroupBy, Persisted, ReadParquet, Run, Scalar, Session,
    Sink, Table, ToParquet, Value,
};

fn anywhere<T: Send + Sync + 'static>() {}
fn cloned<T: Clone>() {}

#[test]
fn handles_are_send_sync_and_static() {
    anywhere::<Session>();
    anywhere::<DataFrame>();
    anywhere::<GroupBy>();
    anywhere::<Expr>();
    anywhere::<Agg>();
    anywhere::<Scalar>();
    anywhere::<Sink>();
    anywhere::<Table>();
    anywhere::<Batch>();
    anywhere::<Value>();
    anywhere::<Persisted>();
    anywhere::<Run<Table>>();
    anywhere::<Error>();
    anywhere::<ReadParquet>();
    anywhere::<ToParquet>();
    cloned::<(Session, DataFrame, GroupBy, Expr, Agg, Scalar, Table)>();
}

#[test]
fn an_error_is_one_pointer() {
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<swath::Result<()>>(), size_of::<usize>());
}
