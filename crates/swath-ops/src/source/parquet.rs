//! Row groups of Parquet files.

use std::sync::Arc;

use swath_batch::Chunk;
use swath_expr::Functions;
use swath_graph::{Decoder, Encoder};
use swath_io::{IoContext, ParquetPart, ParquetReader, ScanRequest};
use swath_meta::Meta;
use swath_scheduler::TaskContext;

use super::{Source, SourceSpec, TaskInputs};
use crate::OpError;

/// Task `i` reads the row groups of part `i`: only the requested columns, only rows that pass the predicate.
#[derive(Clone, Debug)]
pub struct ParquetScan {
    meta: Arc<Meta>,
    parts: Arc<[ParquetPart]>,
    request: Arc<ScanRequest>,
}

impl ParquetScan {
    /// A scan whose chunks have the columns of `meta`, in order.
    pub fn new(meta: Arc<Meta>, parts: Vec<ParquetPart>, request: ScanRequest) -> Self {
        Self {
            meta,
            parts: parts.into(),
            request: Arc::new(request),
        }
    }

    pub(crate) fn decode(from: &Decoder<'_>, functions: &Functions) -> Result<Self, OpError> {
        let object = from.object()?;
        object.expect("parquet-scan", 1)?;
        let mut parts = Vec::new();
        for item in object.list("parts")? {
            parts.push(ParquetPart::decode(&item)?);
        }
        Ok(Self {
            meta: Arc::new(object.serde("meta")?),
            parts: parts.into(),
            request: Arc::new(ScanRequest::decode(&object.object("request")?, functions)?),
        })
    }
}

impl SourceSpec for ParquetScan {
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

    fn estimate(&self, index: usize) -> Option<u64> {
        Some(self.parts[index].decoded_bytes())
    }

    fn encode(&self, out: &mut Encoder) {
        out.object("parquet-scan", 1, |o| {
            o.serde("meta", &*self.meta);
            o.list("parts", self.parts.iter(), |out, part| part.encode(out));
            o.object("request", |out| self.request.encode(out));
        });
    }
}

struct Reading<'a> {
    scan: &'a ParquetScan,
    task: TaskInputs<'a>,
    reader: Option<ParquetReader>,
}

impl Source for Reading<'_> {
    fn next(&mut self, cx: &TaskContext<'_>) -> Result<Option<Chunk>, OpError> {
        if self.reader.is_none() {
            let io = IoContext::new(
                cx.cancel_token().clone(),
                Arc::clone(&self.task.env.footers),
            )
            .functions(Arc::clone(&self.task.env.functions));
            let part = &self.scan.parts[self.task.index];
            self.reader = Some(ParquetReader::open(part, &self.scan.request, &io)?);
        }
        match &mut self.reader {
            Some(reader) => Ok(reader.next()?),
            None => Ok(None),
        }
    }

    fn finish(&mut self, cx: &TaskContext<'_>) -> Result<(), OpError> {
        if let Some(reader) = &self.reader {
            let stats = reader.stats();
            let metrics = cx.metrics();
            metrics.add("row_groups", stats.row_groups);
            metrics.add("row_groups_pruned", stats.row_groups_pruned);
            metrics.add("pages_pruned", stats.pages_pruned);
            metrics.add("rows_read", stats.rows_read);
            metrics.add("rows_selected", stats.rows_selected);
            metrics.add("bytes_read", stats.bytes_read);
            for (column, values) in &stats.values_decoded {
                metrics.add_labelled("values_decoded", column, *values);
            }
        }
        Ok(())
    }
}
