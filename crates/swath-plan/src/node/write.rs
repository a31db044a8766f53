//! Writing files.

use swath_divisions::Divisions;
use swath_io::ToParquet;
use swath_ops::sink::WriteParquet;

use crate::{Node, Plan};

impl Plan {
    /// Writes one Parquet file a partition; the one partition of the result lists file, rows and bytes.
    pub fn to_parquet(&self, options: ToParquet) -> Plan {
        let node = Node::Write(options);
        Plan::assemble(
            node,
            vec![self.clone()],
            WriteParquet::written_meta(),
            Divisions::unknown(1),
        )
    }
}
