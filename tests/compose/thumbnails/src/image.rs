//! The value: an 8-bit grey image, read and written as a binary PGM file.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use swath_scheduler::Footprint;

/// Grey values, row after row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    width: usize,
    pixels: Arc<[u8]>,
}

/// Why a file is no image.
#[derive(Debug)]
pub enum ImageError {
    /// It cannot be read or written.
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not an 8-bit binary PGM file.
    Format {
        /// The file.
        path: PathBuf,
    },
}

impl Image {
    /// Makes an image of rows of `width` grey values.
    ///
    /// # Panics
    /// If the rows are not all of that width.
    pub fn new(width: usize, pixels: impl Into<Arc<[u8]>>) -> Self {
        let pixels = pixels.into();
        assert!(
            width > 0 && pixels.len().is_multiple_of(width),
            "{} pixels in rows of {width}",
            pixels.len()
        );
        Self { width, pixels }
    }

    /// Reads a file.
    pub fn open(path: &Path) -> Result<Self, ImageError> {
        let bytes = fs::read(path).map_err(|source| ImageError::File {
            path: path.to_owned(),
            source,
        })?;
        parse(&bytes).ok_or_else(|| ImageError::Format {
            path: path.to_owned(),
        })
    }

    /// Writes a file.
    pub fn save(&self, path: &Path) -> Result<(), ImageError> {
        let mut bytes = format!("P5\n{} {}\n255\n", self.width, self.height()).into_bytes();
        bytes.extend_from_slice(&self.pixels);
        fs::write(path, bytes).map_err(|source| ImageError::File {
            path: path.to_owned(),
            source,
        })
    }

    /// Shrinks the image to `width`, each pixel the mean of those it covers.
    pub fn thumbnail(&self, width: usize) -> Self {
        let width = width.clamp(1, self.width);
        let height = (self.height() * width).div_ceil(self.width);
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for x in 0..width {
                let columns = x * self.width / width..((x + 1) * self.width).div_ceil(width);
                let rows = y * self.height() / height..((y + 1) * self.height()).div_ceil(height);
                let covered = rows.len() * columns.len();
                let sum: usize = rows
                    .flat_map(|row| {
                        self.row(row)[columns.clone()]
                            .iter()
                            .map(|grey| usize::from(*grey))
                    })
                    .sum();
                pixels.push((sum / covered) as u8);
            }
        }
        Self::new(width, pixels)
    }

    /// Puts images side by side, white below those that are less high.
    pub fn side_by_side<'a>(images: impl IntoIterator<Item = &'a Self>) -> Self {
        let images: Vec<&Self> = images.into_iter().collect();
        let height = images.iter().map(|image| image.height()).max().unwrap_or(0);
        let width: usize = images.iter().map(|image| image.width).sum();
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            for image in &images {
                match y < image.height() {
                    true => pixels.extend_from_slice(image.row(y)),
                    false => pixels.extend(std::iter::repeat_n(255, image.width)),
                }
            }
        }
        Self::new(width.max(1), pixels)
    }

    /// The number of rows.
    pub fn height(&self) -> usize {
        self.pixels.len() / self.width
    }

    fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }
}

/// Memory limits and listings go by this.
impl Footprint for Image {
    fn bytes(&self) -> u64 {
        (size_of::<Self>() + self.pixels.len()) as u64
    }
}

fn parse(bytes: &[u8]) -> Option<Image> {
    let mut rest = bytes.strip_prefix(b"P5")?;
    let mut numbers = [0_usize; 3];
    for number in &mut numbers {
        rest = rest.trim_ascii_start();
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        *number = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
        rest = &rest[digits..];
    }
    let [width, height, depth] = numbers;
    let pixels = rest.get(1..)?;
    (width > 0 && depth == 255 && width.checked_mul(height)? == pixels.len())
        .then(|| Image::new(width, pixels))
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, .. } => write!(f, "cannot access {}", path.display()),
            Self::Format { path } => {
                write!(f, "{} is not an 8-bit binary PGM file", path.display())
            }
        }
    }
}

impl std::error::Error for ImageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::Format { .. } => None,
        }
    }
}
