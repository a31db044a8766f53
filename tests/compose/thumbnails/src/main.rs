//! `thumbnails a.pgm b.pgm …` writes `sheet.pgm`, and `plan.mmd`, which draws how.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use swath_scheduler::{Backend, Event, Local, RunOptions};
use thumbnails::{Step, contact_sheet};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let (graph, sheet) = contact_sheet(files, 128)?;
    std::fs::write("plan.mmd", graph.mermaid().to_string())?;

    let local = Local::<Step>::builder()
        .memory_limit(256 << 20)
        .observer(|event: &Event| {
            if let Event::TaskFinished { key, duration, .. } = event {
                eprintln!("{key:#} took {duration:?}");
            }
        })
        .build()?;
    let held = local
        .submit(Arc::new(graph), &[sheet], RunOptions::default())
        .wait()?;
    local.fetch(&held[0])?.save(Path::new("sheet.pgm"))?;
    Ok(())
}
