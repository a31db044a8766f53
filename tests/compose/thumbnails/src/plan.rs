//! The graph: which tasks there are, and what they read.

use crate::Step;
use std::path::PathBuf;
use swath_graph::{Graph, GraphBuilder, GraphError, Hint, Key, Name};

/// Plans a contact sheet of the files, thumbnails `width` pixels wide, and says by which key to ask for it.
///
/// The name says everything that makes the sheet what it is, so the same files give the same key tomorrow, in another process.
/// Paths count by their text: an engine that must notice a changed file feeds its size and time too.
pub fn contact_sheet(files: Vec<PathBuf>, width: usize) -> Result<(Graph<Step>, Key), GraphError> {
    let load = Name::of("load", &files);
    let thumb = Name::of("thumb", &(&load, width));
    let montage = Name::of("montage", &thumb);
    let n_files = files.len();

    let mut graph = GraphBuilder::new();
    let load = graph.stage_with(load, Step::Load(files), Hint::default().retries(1));
    let thumb = graph.stage(thumb, Step::Thumb(width));
    let sheet = graph.stage_with(
        montage.clone(),
        Step::Montage,
        Hint::default().label("contact sheet"),
    );
    let thumbs: Vec<_> = (0..n_files)
        .map(|_| {
            let image = graph.task(load, &[]);
            graph.task(thumb, &[image.port(0)]).port(0)
        })
        .collect();
    graph.task(sheet, &thumbs);
    Ok((graph.build()?, Key::new(montage, 0)))
}
