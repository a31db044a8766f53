//! Parts of files, of any format.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_graph::{Decoder, Encoder};
use swath_io::{Part, Reader, ScanRequest};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Source, SourceSpec, TaskInputs};
use crate::estimate::Expected;
use crate::step::InTask;
use crate::{Env, OpError};

/// Task `i` reads part `i`: only the requested columns, only rows that pass the predicate.
#[derive(Clone, Debug)]
pub struct FileScan {
    meta: Arc<Meta>,
    parts: Arc<[Arc<dyn Part>]>,
    /// Bytes that the columns that are read of each part take as arrays.
    bytes: Arc<[u64]>,
    request: Arc<ScanRequest>,
}

impl FileScan {
    /// A scan whose chunks have the columns of `meta`, in order. Each part comes with the bytes that the columns that are read
    /// of it take as arrays.
    pub fn new(meta: Arc<Meta>, parts: Vec<(Arc<dyn Part>, u64)>, request: ScanRequest) -> Self {
        let (parts, bytes): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        Self {
            meta,
            parts: parts.into(),
            bytes: bytes.into(),
            request: Arc::new(request),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>, env: &Env) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("file-scan", 1)?;
        let mut parts = Vec::new();
        for item in object.list("parts")? {
            let part = item.object()?;
            part.expect("part", 1)?;
            let format = env.formats.get(part.str("format")?)?;
            parts.push(format.decode_part(&part.object("data")?)?);
        }
        Ok(Self {
            meta: Arc::new(object.serde("meta")?),
            parts: parts.into(),
            bytes: object.serde::<Vec<u64>>("bytes")?.into(),
            request: Arc::new(ScanRequest::decode(
                &object.object("request")?,
                &env.functions,
            )?),
        })
    }
}

impl SourceSpec for FileScan {
    fn meta(&self) -> &Arc<Meta> {
        &self.meta
    }

    fn open<'a>(&'a self, task: &TaskInputs<'a>) -> Result<Box<dyn Source + 'a>, OpError> {
        Ok(Box::new(Reading {
            scan: self,
            task: *task,
            reader: None,
        }))
    }

    fn expected(&self, index: usize, _: &[u64]) -> Expected {
        let all = Expected::all(self.bytes[index], &self.meta);
        if self.request.predicate.is_some() {
            all.or_fewer()
        } else {
            // Little is known about the codes of text before they are read.
            Expected {
                least: all.bytes / 2,
                ..all
            }
        }
    }

    #[cfg(feature = "plugins")]
    fn may_ask_again(&self) -> bool {
        let predicate = self.request.predicate.as_ref();
        predicate.is_some_and(swath_expr::Expr::calls_plugins)
            || self
                .parts
                .iter()
                .any(|part| part.format() == crate::plugin::SOURCE_FORMAT)
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("file-scan", 1, |o| {
            o.serde("meta", &*self.meta);
            o.list("parts", self.parts.iter(), |out, part| {
                out.object("part", 1, |o| {
                    o.str("format", part.format());
                    o.object("data", |out| part.encode(out));
                });
            });
            o.serde("bytes", &*self.bytes);
            o.object("request", |out| self.request.encode(out));
        });
    }
}

struct Reading<'a> {
    scan: &'a FileScan,
    task: TaskInputs<'a>,
    reader: Option<Box<dyn Reader>>,
}

impl Reading<'_> {
    fn reader(&mut self, cx: &TaskContext<'_>) -> Result<&mut dyn Reader, OpError> {
        let reader = match &mut self.reader {
            Some(reader) => reader,
            none => {
                let io = self.task.env.io(cx.cancel_token().clone());
                let io = io.reserving(cx.reserve("decompressing"));
                let io = io.in_task(InTask::reading(cx));
                let part = &self.scan.parts[self.task.index];
                none.insert(part.open(&self.scan.request, &io)?)
            }
        };
        Ok(&mut **reader)
    }
}

impl Source for Reading<'_> {
    fn next(&mut self, cx: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        Ok(self.reader(cx)?.next()?)
    }

    fn finish(&mut self, cx: &TaskContext<'_>) -> Result<(), OpError> {
        if let Some(reader) = &mut self.reader {
            reader.finish()?;
            let stats = reader.stats();
            let metrics = cx.metrics();
            metrics.add("row_groups", stats.row_groups);
            metrics.add("row_groups_pruned", stats.row_groups_pruned);
            metrics.add("pages_pruned", stats.pages_pruned);
            metrics.add("rows_read", stats.rows_read);
            metrics.add("rows_selected", stats.rows_selected);
            metrics.add("bytes_read", stats.bytes_read);
            metrics.add("bad_lines", stats.bad_lines);
            if stats.bad_lines > 0 {
                tracing::warn!(
                    lines = stats.bad_lines,
                    task = self.task.index,
                    "lines that do not fit were left out, or have nulls"
                );
            }
            for (column, values) in &stats.values_decoded {
                metrics.add_labelled("values_decoded", column, *values);
            }
        }
        Ok(())
    }
}
