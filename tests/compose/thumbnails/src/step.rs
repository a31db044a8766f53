//! What tasks do: data, one value for all tasks of a stage.

use crate::Image;
use std::path::PathBuf;
use swath_memory::Demand;
use swath_scheduler::{At, Inputs, Outputs, Pinned, TaskContext, TaskError, Work};

/// The stages of a contact sheet.
#[derive(Debug)]
pub enum Step {
    /// Reads one file: task `i` the file `i`. What differs between the tasks of a stage stands here as a table.
    Load(Vec<PathBuf>),
    /// Shrinks the one image it reads to so many pixels a row.
    Thumb(usize),
    /// Puts all images that it reads side by side.
    Montage,
}

impl Work for Step {
    type Value = Image;
    type Env = ();

    fn run(
        &self,
        at: At<'_>,
        inputs: &dyn Inputs<Image>,
        _: &(),
        cx: &TaskContext<'_>,
    ) -> Result<Outputs<Image>, TaskError> {
        cx.check()?;
        Ok(match self {
            Self::Load(files) => {
                let path = &files[at.index()];
                // Ask before allocating: a refusal makes the task start again, alone. A file that is not there is
                // told by `open`, with its path.
                let mut memory = cx.reserve("image");
                memory.try_grow(std::fs::metadata(path).map_or(0, |file| file.len()))?;
                Outputs::backed(Image::open(path)?, memory)
            }
            Self::Thumb(width) => inputs.open(0)?.thumbnail(*width).into(),
            Self::Montage => {
                let images = (0..inputs.len())
                    .map(|i| inputs.open(i))
                    .collect::<Result<Vec<_>, _>>()?;
                Image::side_by_side(images.iter().map(|image: &Pinned<'_, Image>| &**image)).into()
            }
        })
    }

    /// Throttles how many run at once; being wrong costs speed, not answers.
    fn demand(&self, _: At<'_>, input_bytes: &[u64]) -> Demand {
        match self {
            Self::Load(_) => Demand {
                floor: 0,
                expected: 1 << 20,
            },
            Self::Thumb(_) | Self::Montage => Demand {
                floor: 0,
                expected: input_bytes.iter().sum(),
            },
        }
    }
}
