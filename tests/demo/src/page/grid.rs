//! Names on the left, numbers in columns on the right.

use std::fmt;

/// Rows of text under titles; the first column is aligned to the left, the others to the right.
pub(super) struct Grid {
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// A grid with a title over each column.
    pub(super) fn new(first: &str, others: impl IntoIterator<Item = String>) -> Self {
        let mut grid = Self { rows: Vec::new() };
        grid.row(first, others);
        grid
    }

    /// Adds a row.
    pub(super) fn row(&mut self, first: &str, others: impl IntoIterator<Item = String>) {
        self.rows
            .push(std::iter::once(first.to_owned()).chain(others).collect());
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    }
}

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.rows {
            for (column, cell) in row.iter().enumerate() {
                let width = self.width(column);
                match column {
                    0 => write!(f, "{cell:width$}")?,
                    _ => write!(f, "  {cell:>width$}")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn names_stand_left_and_numbers_right() {
        let mut grid = Grid::new("", ["now".to_owned(), "later on".to_owned()]);
        grid.row("rows", ["1,000".to_owned(), "7".to_owned()]);
        assert_eq!(
            grid.to_string(),
            "        now  later on\nrows  1,000         7\n"
        );
    }
}
