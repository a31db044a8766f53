//! The columns that name folders, as a user says them.

/// The columns that name folders: one, or a list of them.
pub trait IntoPartitionOn {
    /// The names, in the order of the folders.
    fn into_partition_on(self) -> Vec<String>;
}

impl IntoPartitionOn for &str {
    fn into_partition_on(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoPartitionOn for String {
    fn into_partition_on(self) -> Vec<String> {
        vec![self]
    }
}

impl<C: Into<String>> IntoPartitionOn for Vec<C> {
    fn into_partition_on(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<C: Into<String> + Clone> IntoPartitionOn for &[C] {
    fn into_partition_on(self) -> Vec<String> {
        self.iter().cloned().map(Into::into).collect()
    }
}

impl<C: Into<String>, const N: usize> IntoPartitionOn for [C; N] {
    fn into_partition_on(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}
