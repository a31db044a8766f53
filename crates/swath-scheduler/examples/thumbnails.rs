//! Graph and scheduler, nothing else: pictures are loaded, made small and put on one sheet.
//!
//! `cargo run -p swath-scheduler --example thumbnails -- 12` makes its own pictures and prints the sheet.

#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::sync::Arc;

use swath_graph::{GraphBuilder, Key, Name};
use swath_scheduler::{
    At, Backend, Demand, Event, Footprint, Inputs, Local, Outputs, RunOptions, TaskContext,
    TaskError, Work,
};

/// One variant a stage: what differs between the tasks of a stage is in the variant and found by index.
enum Step {
    Load(Vec<u32>),
    Thumb { side: usize },
    Montage,
}

/// A square picture in shades of grey.
struct Image {
    side: usize,
    pixels: Vec<u8>,
}

impl Footprint for Image {
    fn bytes(&self) -> u64 {
        self.pixels.len() as u64
    }
}

#[derive(Debug, thiserror::Error)]
#[error("picture {seed} has no pixels")]
struct EmptyPicture {
    seed: u32,
}

impl Image {
    /// Stands for decoding a file.
    fn open(seed: u32) -> Result<Self, EmptyPicture> {
        if seed == 13 {
            return Err(EmptyPicture { seed });
        }
        let side = 64;
        let shade = |at: usize| (at as u32).wrapping_mul(seed * 37).wrapping_add(seed * 91) as u8;
        Ok(Self {
            side,
            pixels: (0..side * side).map(shade).collect(),
        })
    }

    fn thumbnail(&self, side: usize) -> Self {
        let step = self.side / side;
        let pixels =
            (0..side * side).map(|at| self.pixels[at / side * step * self.side + at % side * step]);
        Self {
            side,
            pixels: pixels.collect(),
        }
    }
}

impl Work for Step {
    type Value = Image;
    type Env = ();

    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<Image>,
        (): &(),
        cx: &TaskContext<'_>,
    ) -> Result<Outputs<Image>, TaskError> {
        cx.check()?;
        let image = match self {
            Self::Load(seeds) => Image::open(seeds[at.index()])?,
            Self::Thumb { side } => inputs.open(0)?.thumbnail(*side),
            Self::Montage => {
                let mut sheet = Image {
                    side: 0,
                    pixels: Vec::new(),
                };
                // One pinned at a time.
                for i in 0..inputs.len() {
                    let thumb = inputs.open(i)?;
                    sheet.side = thumb.side;
                    sheet.pixels.extend_from_slice(&thumb.pixels);
                }
                sheet
            }
        };
        Ok(image.into())
    }

    fn demand(&self, _: At<'_>, input_bytes: &[u64]) -> Demand {
        match self {
            Self::Load(_) => Demand::exactly(64 * 64),
            Self::Thumb { side } => Demand::exactly((side * side) as u64),
            Self::Montage => Demand::exactly(input_bytes.iter().sum()),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = std::env::args().nth(1).map_or(Ok(6), |arg| arg.parse())?;
    let seeds: Vec<u32> = (1..=n).collect();
    // The name of a result says what it is computed from.
    let load = Name::of("load", &seeds);
    let thumb = Name::of("thumb", &(&load, 8_u64));
    let sheet = Name::of("montage", &thumb);

    let mut graph = GraphBuilder::new();
    let loads = graph.stage(load, Step::Load(seeds));
    let thumbs = graph.stage(thumb, Step::Thumb { side: 8 });
    let montage = graph.stage(sheet.clone(), Step::Montage);
    let small: Vec<_> = (0..n)
        .map(|_| {
            let picture = graph.task(loads, &[]);
            graph.task(thumbs, &[picture.port(0)]).port(0)
        })
        .collect();
    graph.task(montage, &small);
    let graph = Arc::new(graph.build()?);

    let local = Local::builder()
        .threads(2)
        .memory_limit(1 << 20)
        .observer(|event: &Event| {
            if let Event::TaskFinished { key, bytes, .. } = event {
                println!("{key:#}: {bytes} bytes");
            }
        })
        .build()?;
    let run = local.submit(
        graph,
        &[Key::new(sheet, 0)],
        RunOptions::default().label("thumbnails"),
    );
    match run.wait() {
        Ok(held) => {
            let sheet = local.fetch(&held[0])?;
            for row in sheet.pixels.chunks(sheet.side) {
                println!(
                    "{}",
                    row.iter()
                        .map(|shade| if *shade > 127 { '#' } else { '.' })
                        .collect::<String>()
                );
            }
            Ok(())
        }
        Err(error) => match error.downcast_ref::<EmptyPicture>() {
            Some(empty) => Err(format!("{error}: leave out picture {}", empty.seed).into()),
            None => Err(error.into()),
        },
    }
}
