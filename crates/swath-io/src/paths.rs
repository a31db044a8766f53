//! What a user may name files by, wherever options begin with paths.

/// Makes options of whatever names one file or several; `From<Vec<String>>` is theirs.
macro_rules! from_paths {
    ($options:ty) => {
        $crate::paths::from_paths!(
            $options, [&str, String, &String], [&std::path::Path, std::path::PathBuf, &std::path::PathBuf]
        );

        impl From<Vec<&str>> for $options {
            fn from(paths: Vec<&str>) -> Self {
                Self::from(paths.into_iter().map(str::to_owned).collect::<Vec<_>>())
            }
        }

        impl From<Vec<std::path::PathBuf>> for $options {
            fn from(paths: Vec<std::path::PathBuf>) -> Self {
                let shown = paths.iter().map(|path| path.display().to_string());
                Self::from(shown.collect::<Vec<_>>())
            }
        }

        impl<const N: usize> From<[&str; N]> for $options {
            fn from(paths: [&str; N]) -> Self {
                Self::from(paths.to_vec())
            }
        }
    };
    ($options:ty, [$($text:ty),*], [$($path:ty),*]) => {
        $(impl From<$text> for $options {
            fn from(path: $text) -> Self {
                Self::from(vec![path.to_string()])
            }
        })*
        $(impl From<$path> for $options {
            fn from(path: $path) -> Self {
                Self::from(path.display().to_string())
            }
        })*
    };
}

/// Makes options of whatever names one folder; `From<String>` is theirs.
macro_rules! from_folder {
    ($options:ty) => {
        $crate::paths::from_folder!(
            $options, [&str, &String], [&std::path::Path, std::path::PathBuf, &std::path::PathBuf]
        );
    };
    ($options:ty, [$($text:ty),*], [$($path:ty),*]) => {
        $(impl From<$text> for $options {
            fn from(folder: $text) -> Self {
                Self::from(String::from(folder))
            }
        })*
        $(impl From<$path> for $options {
            fn from(folder: $path) -> Self {
                Self::from(folder.display().to_string())
            }
        })*
    };
}

pub(crate) use {from_folder, from_paths};
