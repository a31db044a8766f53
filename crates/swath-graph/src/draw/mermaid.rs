//! `Mermaid`, which code forges draw in place.

use super::DEFAULT_LIMIT;
use super::picture::Picture;
use crate::graph::Graph;
use std::fmt::{self, Write};

/// A graph as `Mermaid` text: print it into a fenced block of a Markdown file.
pub struct Mermaid<'a, W> {
    graph: &'a Graph<W>,
    limit: usize,
}

impl<W> Graph<W> {
    /// Draws the graph for `Mermaid`: tasks as boxes, held results as cylinders, ports other than 0 at their arrows.
    ///
    /// ```
    /// use swath_graph::{GraphBuilder, Name};
    ///
    /// let mut graph = GraphBuilder::new();
    /// let stage = graph.stage(Name::of("load", "x"), ());
    /// graph.task(stage, &[]);
    /// assert!(graph.build()?.mermaid().to_string().starts_with("flowchart TD"));
    /// # Ok::<(), swath_graph::GraphError>(())
    /// ```
    pub fn mermaid(&self) -> Mermaid<'_, W> {
        Mermaid {
            graph: self,
            limit: DEFAULT_LIMIT,
        }
    }
}

impl<W> Mermaid<'_, W> {
    /// Draws stages instead of tasks when there are more tasks and held keys than this; 200 unless told.
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}

impl<W> fmt::Display for Mermaid<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let picture = Picture::new(self.graph, self.limit);
        f.write_str("flowchart TD\n")?;
        for node in &picture.nodes {
            let (open, close) = if node.held { ("[(", ")]") } else { ("[", "]") };
            write!(f, "    {}{open}\"", node.id)?;
            for (position, line) in node.lines.iter().enumerate() {
                f.write_str(if position > 0 { "<br>" } else { "" })?;
                escape(f, line)?;
            }
            writeln!(f, "\"{close}")?;
        }
        for edge in &picture.edges {
            match &edge.label {
                Some(label) => writeln!(f, "    {} -->|{label}| {}", edge.from, edge.to)?,
                None => writeln!(f, "    {} --> {}", edge.from, edge.to)?,
            }
        }
        Ok(())
    }
}

impl<W> fmt::Debug for Mermaid<'_, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mermaid")
            .field("graph", self.graph)
            .field("limit", &self.limit)
            .finish()
    }
}

/// Writes text inside quotes. Mermaid reads it as HTML and Markdown, so whatever means something there becomes a number.
fn escape(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    for c in text.chars() {
        match c {
            '"' | '#' | '<' | '>' | '&' | '`' | ';' | '*' | '_' | '\\' => {
                write!(f, "#{};", u32::from(c))?;
            }
            '\n' => f.write_str("<br>")?,
            c if c.is_control() => f.write_char(' ')?,
            c => f.write_char(c)?,
        }
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use crate::{Graph, GraphBuilder, Hint, Key, Name};

    /// A few tasks with every character that could end a label early, a held key, and a second port.
    pub(in crate::draw) fn awkward() -> Graph<()> {
        let mut builder = GraphBuilder::new();
        let table = builder.held(Key::new(Name::of("table", &0), 3));
        let hint = Hint::default().label("say \"hi\"\n<b>&amp;</b> `x` \\ # ]; _a_ *b*\t\u{1}");
        let load = builder.stage_with(Name::of("load", &0), (), hint);
        let sum = builder.stage(Name::of("sum\"]", &0), ());
        let a = builder.task(load, &[]);
        let b = builder.task(load, &[table.dep()]);
        builder.task(sum, &[a.port(0), b.port(1), table.dep()]);
        builder.build().unwrap()
    }

    /// More tasks than are drawn one by one.
    pub(in crate::draw) fn wide() -> Graph<()> {
        let mut builder = GraphBuilder::new();
        let held: Vec<_> = (0..300)
            .map(|index| builder.held(Key::new(Name::of("table", &0), index)))
            .collect();
        let other = builder.held(Key::new(Name::of("other", &0), 0));
        let load = builder.stage_with(
            Name::of("load", &0),
            (),
            Hint::default().label("big \"sales\""),
        );
        let sum = builder.stage(Name::of("sum", &0), ());
        builder.stage(Name::of("unused", &0), ());
        let parts: Vec<_> = held
            .iter()
            .flat_map(|held| {
                let part = builder.task(load, &[held.dep(), other.dep()]);
                [part.port(0), part.port(1)]
            })
            .collect();
        builder.task(sum, &parts);
        builder.build().unwrap()
    }

    #[test]
    fn tasks_one_by_one() {
        insta::assert_snapshot!(awkward().mermaid());
    }

    #[test]
    fn large_graphs_by_stage() {
        insta::assert_snapshot!(wide().mermaid());
    }

    #[test]
    fn the_limit_can_be_moved() {
        assert!(awkward().mermaid().limit(3).to_string().contains("1 task"));
        assert!(wide().dot().limit(1000).to_string().contains("t299"));
        let empty = GraphBuilder::<()>::new().build().unwrap();
        assert_eq!(empty.mermaid().to_string(), "flowchart TD\n");
    }
}
