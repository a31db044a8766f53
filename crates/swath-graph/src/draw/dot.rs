//! `Graphviz`.

use super::DEFAULT_LIMIT;
use super::picture::Picture;
use crate::graph::Graph;
use std::fmt::{self, Write};

/// A graph as `Graphviz` text: print it, and give it to `dot -Tsvg`.
pub struct Dot<'a, W> {
    graph: &'a Graph<W>,
    limit: usize,
}

impl<W> Graph<W> {
    /// Draws the graph for `Graphviz`: tasks as boxes, held results as cylinders, ports other than 0 at their arrows.
    ///
    /// ```
    /// use swath_graph::{GraphBuilder, Name};
    ///
    /// let mut graph = GraphBuilder::new();
    /// let stage = graph.stage(Name::of("load", "x"), ());
    /// graph.task(stage, &[]);
    /// assert!(graph.build()?.dot().to_string().starts_with("digraph tasks {"));
    /// # Ok::<(), swath_graph::GraphError>(())
    /// ```
    pub fn dot(&self) -> Dot<'_, W> {
        Dot {
            graph: self,
            limit: DEFAULT_LIMIT,
        }
    }
}

impl<W> Dot<'_, W> {
    /// Draws stages instead of tasks when there are more tasks and held keys than this; 200 unless told.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}

impl<W> fmt::Display for Dot<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let picture = Picture::new(self.graph, self.limit);
        writeln!(f, "digraph tasks {{\n    node [shape=box];")?;
        for node in &picture.nodes {
            let shape = if node.held { ", shape=cylinder" } else { "" };
            write!(f, "    {} [label=\"", node.id)?;
            for (position, line) in node.lines.iter().enumerate() {
                f.write_str(if position > 0 { "\\n" } else { "" })?;
                escape(f, line)?;
            }
            writeln!(f, "\"{shape}];")?;
        }
        for edge in &picture.edges {
            write!(f, "    {} -> {}", edge.from, edge.to)?;
            match &edge.label {
                Some(label) => writeln!(f, " [label=\"{label}\"];")?,
                None => writeln!(f, ";")?,
            }
        }
        f.write_str("}\n")
    }
}

impl<W> fmt::Debug for Dot<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dot")
            .field("graph", self.graph)
            .field("limit", &self.limit)
            .finish()
    }
}

/// Writes text inside quotes, where a backslash begins an escape of Graphviz's own, and an ampersand one of HTML.
fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '&' => f.write_str("&amp;")?,
            '\n' => f.write_str("\\n")?,
            c if c.is_control() => f.write_char(' ')?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::draw::mermaid::tests::{awkward, wide};

    #[test]
    fn tasks_one_by_one() {
        insta::assert_snapshot!(awkward().dot());
    }

    #[test]
    fn large_graphs_by_stage() {
        insta::assert_snapshot!(wide().dot());
    }
}
