//! Who still has the arrays that were handed over.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array, ArrayRef};
use swath_plugin_abi::ArrowArray;

use crate::shape;

/// The arrays that a run of a function is handed, and those that it returns. Dropped when the run is over: what the run has not given back
/// then is kept, unless something that it returned is still there, which may be made of it. Then it is looked at once all of that is gone.
pub struct Loan(Arc<Book<Tell>>);

/// Who hears of what is kept.
type Tell = dyn Fn(Kept) + Send + Sync;

/// What a run that is over keeps of what it was handed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many columns, of one batch or of several.
    pub arrays: usize,
    /// Bytes that they keep, about.
    pub bytes: u64,
}

struct Book<T: ?Sized> {
    pages: Mutex<Pages>,
    tell: T,
}

#[derive(Default)]
struct Pages {
    lent: Kept,
    /// How many arrays that came back are still there.
    returned: usize,
    is_over: bool,
}

/// An array on its way, in the place of the one that it holds.
struct Tracked {
    array: ArrowArray,
    book: Arc<Book<Tell>>,
    /// Bytes of one that was lent; none of one that came back.
    lent: Option<u64>,
}

impl Loan {
    /// A run that begins; `tell` hears of what it keeps, once.
    pub fn new(tell: impl Fn(Kept) + Send + Sync + 'static) -> Self {
        Self(Arc::new(Book {
            pages: Mutex::default(),
            tell,
        }))
    }

    /// The same struct array, which is made of these columns, on its way to the function.
    #[must_use]
    pub fn lend(&self, array: ArrowArray, columns: &[ArrayRef]) -> ArrowArray {
        let bytes = columns.iter().map(|one| one.get_array_memory_size() as u64);
        self.track(array, columns.len(), bytes.map(Some))
    }

    /// The same struct array, with so many columns where it is as it should be, as it came from the function.
    #[must_use]
    pub fn take_back(&self, array: ArrowArray, columns: usize) -> ArrowArray {
        self.track(array, columns, std::iter::repeat_n(None, columns))
    }

    fn track(
        &self,
        array: ArrowArray,
        columns: usize,
        lent: impl Iterator<Item = Option<u64>>,
    ) -> ArrowArray {
        // What is built otherwise is refused by whoever takes it.
        let Ok(children) = shape::children(&array, columns) else {
            return array;
        };
        for (child, lent) in children.iter().zip(lent) {
            // SAFETY: it is not null, belongs to the array, and is nobody else's. The C data interface lets children be moved out.
            let inner = unsafe { std::ptr::replace(*child, ArrowArray::released()) };
            let outer = if inner.is_released() {
                inner
            } else {
                self.0.begins(lent);
                Tracked::around(inner, &self.0, lent)
            };
            // SAFETY: as above; what it replaces is released.
            unsafe { std::ptr::write(*child, outer) };
        }
        array
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.0.note(|pages| pages.is_over = true);
    }
}

impl Tracked {
    fn around(array: ArrowArray, book: &Arc<Book<Tell>>, lent: Option<u64>) -> ArrowArray {
        let ArrowArray {
            length,
            null_count,
            offset,
            n_buffers,
            n_children,
            buffers,
            children,
            dictionary,
            ..
        } = array;
        let tracked = Box::new(Self {
            array,
            book: Arc::clone(book),
            lent,
        });
        ArrowArray {
            length,
            null_count,
            offset,
            n_buffers,
            n_children,
            buffers,
            children,
            dictionary,
            release: Some(release),
            private_data: Box::into_raw(tracked).cast(),
        }
    }
}

/// Releases the array inside, and notes that.
unsafe extern "C" fn release(array: *mut ArrowArray) {
    // SAFETY: whoever releases an array has it for itself, and it is one.
    let array = unsafe { &mut *array };
    // SAFETY: `around` put it there, and it is taken out once: the array counts as released from here on.
    let tracked = unsafe { Box::from_raw(array.private_data.cast::<Tracked>()) };
    array.release = None;
    array.private_data = std::ptr::null_mut();
    let Tracked { array, book, lent } = *tracked;
    // First: what is made of other arrays gives them back now.
    drop(array);
    book.note(|pages| match lent {
        Some(bytes) => {
            pages.lent.arrays -= 1;
            pages.lent.bytes -= bytes;
        }
        None => pages.returned -= 1,
    });
}

impl Book<Tell> {
    fn begins(&self, lent: Option<u64>) {
        self.note(|pages| match lent {
            Some(bytes) => {
                pages.lent.arrays += 1;
                pages.lent.bytes += bytes;
            }
            None => pages.returned += 1,
        });
    }

    /// Notes something, and tells what is kept once nothing more can come back.
    fn note(&self, change: impl FnOnce(&mut Pages)) {
        let mut pages = self.pages.lock().unwrap_or_else(PoisonError::into_inner);
        let was_settled = pages.is_settled();
        change(&mut pages);
        let kept = pages.lent;
        let is_told = pages.is_settled() && !was_settled && kept.arrays > 0;
        drop(pages);
        if is_told {
            (self.tell)(kept);
        }
    }
}

impl Pages {
    /// Whether the run is over, and nothing is left of what it returned.
    fn is_settled(&self) -> bool {
        self.is_over && self.returned == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Columns, give_columns, take_columns};
    use arrow_array::{Int64Array, StringViewArray};
    use arrow_schema::{DataType, Field, Schema};

    fn columns() -> Columns {
        Columns::new(Schema::new(vec![
            Field::new("n", DataType::Int64, true),
            Field::new("s", DataType::Utf8View, true),
        ]))
    }

    fn rows() -> Vec<ArrayRef> {
        vec![
            Arc::new(Int64Array::from_iter_values(0..1000)),
            Arc::new(StringViewArray::from_iter_values(vec!["a"; 1000])),
        ]
    }

    /// What a run is handed that does this with it, and what is heard of it: at its end, and when nothing is left of its answer.
    fn heard(run: impl FnOnce(Vec<ArrayRef>) -> Vec<ArrayRef>) -> (Option<Kept>, Option<Kept>) {
        let told = Arc::new(Mutex::new(None));
        let tells = Arc::clone(&told);
        let loan = Loan::new(move |kept| {
            let before = tells.lock().expect("no panic").replace(kept);
            assert_eq!(before, None, "it is told once");
        });
        let given = give_columns(&rows(), &columns(), 1000).expect("columns");
        let given = loan.lend(given, &rows());
        let (taken, n) = take_columns(given, &columns()).expect("as it was given");
        let returned = run(taken);
        let answer = give_columns(&returned, &columns(), returned[0].len()).expect("columns");
        drop(returned);
        let answer = loan.take_back(answer, 2);
        let answer = take_columns(answer, &columns()).expect("as it was given");
        assert!(answer.1 <= n);
        drop(loan);
        let heard = || *told.lock().expect("no panic");
        let at_the_end = heard();
        drop(answer);
        (at_the_end, heard())
    }

    #[test]
    fn what_a_run_keeps_is_told() {
        let of_its_own = |_: Vec<ArrayRef>| rows();
        assert_eq!(heard(of_its_own), (None, None));
        // It may return what it was handed, or a part of it, for as long as that is needed.
        assert_eq!(heard(|taken| taken), (None, None));
        let part = |taken: Vec<ArrayRef>| taken.iter().map(|one| one.slice(3, 10)).collect();
        assert_eq!(heard(part), (None, None));
        // What it keeps is told when nothing can be made of it any more.
        let mut hoard = Vec::new();
        let (first, last) = heard(|taken| {
            hoard.push(taken[0].slice(0, 1));
            rows()
        });
        assert_eq!(first, None, "its answer may be made of it");
        let kept = last.expect("it keeps a column");
        assert_eq!(kept.arrays, 1);
        assert!((8000..9000).contains(&kept.bytes), "{kept:?}");
        let (first, last) = heard(|taken| {
            hoard.extend(taken.iter().cloned());
            taken
        });
        assert_eq!((first, last.map(|kept| kept.arrays)), (None, Some(2)));
    }

    #[test]
    fn what_is_built_otherwise_is_left_alone() {
        let loan = Loan::new(|kept| unreachable!("{kept:?}"));
        let array = give_columns(&rows(), &columns(), 1000).expect("columns");
        let array = loan.take_back(array, 3);
        assert!(take_columns(array, &columns()).is_ok());
        assert!(loan.take_back(ArrowArray::released(), 2).is_released());
        // Whoever releases an array need not forget where its columns were.
        let mut released = ArrowArray::released();
        let mut gone = std::ptr::without_provenance_mut::<ArrowArray>(8);
        (released.n_children, released.children) = (1, &raw mut gone);
        assert!(loan.take_back(released, 1).is_released());
    }
}
