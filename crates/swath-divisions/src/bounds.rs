//! The boundaries of known divisions.

use std::fmt::{self, Debug, Display, Formatter};
use std::sync::{Arc, OnceLock};

use arrow_array::ArrayRef;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_select::concat::concat;
use swath_meta::DType;

use crate::assign::as_integers;
use crate::{Cut, DivisionsError, KeyOrder, Label, LabelRange, Labels};

/// Holds `n + 1` boundaries for `n` partitions: sorted, unique except that the last may repeat, none null in its first column.
///
/// Partition `i` holds the labels `bound[i] <= label < bound[i + 1]`; the last one also those equal to its upper bound and, where
/// [`nulls`](Self::nulls) says so, the rows whose first key is null. Clone is one reference count.
#[derive(Clone)]
pub struct Bounds {
    inner: Arc<Inner>,
    nulls: bool,
}

struct Inner {
    order: KeyOrder,
    labels: Vec<Label>,
    /// The labels' bytes, which are what is compared.
    keys: Vec<Arc<[u8]>>,
    /// The labels as arrays, made when they are first asked for.
    columns: OnceLock<Vec<ArrayRef>>,
    /// The labels as the integers that encode them, where they are.
    integers: OnceLock<Option<Vec<i64>>>,
}

impl Inner {
    fn new(order: KeyOrder, labels: Vec<Label>, keys: Vec<Arc<[u8]>>) -> Arc<Self> {
        let (columns, integers) = (OnceLock::new(), OnceLock::new());
        Arc::new(Self {
            order,
            labels,
            keys,
            columns,
            integers,
        })
    }
}

impl Bounds {
    /// Makes boundaries of the dtypes that the labels have.
    ///
    /// # Errors
    /// [`Empty`](DivisionsError::Empty), [`NotSorted`](DivisionsError::NotSorted), [`NotUnique`](DivisionsError::NotUnique),
    /// [`NullBound`](DivisionsError::NullBound); [`Label`](DivisionsError::Label) where the labels are not of one dtype.
    pub fn try_new(labels: impl Into<Labels>) -> Result<Self, DivisionsError> {
        let labels = labels.into();
        let order = KeyOrder::try_new(&labels.dtypes()?)?;
        Self::of(&order, &labels.into_labels()?)
    }

    /// Makes boundaries of keys in this order; labels are cast to its dtypes where that is exact, and text is read as a date.
    ///
    /// # Errors
    /// Those of [`try_new`](Self::try_new).
    pub fn with_order(order: &KeyOrder, labels: impl Into<Labels>) -> Result<Self, DivisionsError> {
        Self::of(order, &labels.into().into_labels()?)
    }

    pub(crate) fn of(order: &KeyOrder, labels: &[Label]) -> Result<Self, DivisionsError> {
        if labels.len() < 2 {
            return Err(DivisionsError::Empty {
                found: labels.len(),
            });
        }
        let columns = order.dtypes().len();
        let mut cast = Vec::with_capacity(labels.len());
        let mut keys: Vec<Arc<[u8]>> = Vec::with_capacity(labels.len());
        let last = labels.len() - 1;
        for (at, label) in labels.iter().enumerate() {
            if label.values().len() != columns {
                return Err(DivisionsError::Columns {
                    expected: columns,
                    found: label.values().len(),
                });
            }
            if label.values()[0].is_null() {
                return Err(DivisionsError::NullBound { at });
            }
            let (label, key) = order.key(label)?;
            if let (Some(left), Some(before)) = (cast.last(), keys.last()) {
                if *before > key {
                    return Err(DivisionsError::NotSorted {
                        at,
                        left: Label::to_string(left),
                        right: label.to_string(),
                    });
                }
                if *before == key && at != last {
                    return Err(DivisionsError::NotUnique {
                        at,
                        bound: label.to_string(),
                    });
                }
            }
            cast.push(label);
            keys.push(key);
        }
        Ok(Self {
            inner: Inner::new(order.clone(), cast, keys),
            nulls: false,
        })
    }

    /// These boundaries, of partitions whose last one may hold rows with a null key.
    #[must_use]
    pub fn with_nulls(mut self, nulls: bool) -> Self {
        self.nulls = nulls;
        self
    }

    /// The last partition may hold rows whose first key is null.
    pub fn nulls(&self) -> bool {
        self.nulls
    }

    /// Number of partitions: one less than boundaries.
    pub fn npartitions(&self) -> usize {
        self.inner.labels.len() - 1
    }

    /// The boundaries.
    pub fn labels(&self) -> &[Label] {
        &self.inner.labels
    }

    /// The first boundary.
    pub fn first(&self) -> &Label {
        &self.inner.labels[0]
    }

    /// The last boundary.
    pub fn last(&self) -> &Label {
        &self.inner.labels[self.npartitions()]
    }

    /// The order of the keys, with their dtypes.
    pub fn order(&self) -> &KeyOrder {
        &self.inner.order
    }

    /// The dtypes of the key columns.
    pub fn dtypes(&self) -> &[DType] {
        self.inner.order.dtypes()
    }

    /// The boundaries as Arrow arrays in border encoding, one a key column.
    pub fn columns(&self) -> &[ArrayRef] {
        self.inner.columns.get_or_init(|| {
            let column = |(at, dtype): (usize, &DType)| {
                let values = self.labels().iter().map(|label| {
                    let value = label.values()[at].to_array(dtype, 1);
                    value.expect("labels were cast to the dtypes of their columns")
                });
                let values: Vec<ArrayRef> = values.collect();
                let values: Vec<_> = values.iter().map(AsRef::as_ref).collect();
                concat(&values).expect("all have one type")
            };
            self.dtypes().iter().enumerate().map(column).collect()
        })
    }

    /// The boundaries as the integers that encode them, for one key column that has such.
    pub(crate) fn integers(&self) -> Option<&[i64]> {
        let make = || {
            let ([column], [dtype]) = (self.columns(), self.dtypes()) else {
                return None;
            };
            let column = as_integers(column, dtype)?;
            Some(column.as_primitive::<Int64Type>().values().to_vec())
        };
        self.inner.integers.get_or_init(make).as_deref()
    }

    /// The labels that this partition may hold.
    ///
    /// # Panics
    /// If there is no such partition.
    pub fn range(&self, partition: usize) -> LabelRange {
        let (from, to) = self.span(partition);
        LabelRange::new(self.order().clone(), Some(from), to)
    }

    /// Where the partition begins and ends; it has no end where nulls follow.
    pub(crate) fn span(&self, partition: usize) -> (Cut, Option<Cut>) {
        let last = partition + 1 == self.npartitions();
        let to = (!(last && self.nulls)).then(|| self.cut(partition + 1, last));
        (self.cut(partition, false), to)
    }

    /// The position before, or after, all rows that have this boundary as their label.
    pub(crate) fn cut(&self, boundary: usize, after: bool) -> Cut {
        Cut::from_key(
            self.inner.labels[boundary].clone(),
            Arc::clone(&self.inner.keys[boundary]),
            after,
        )
    }

    /// The boundaries' bytes.
    pub(crate) fn keys(&self) -> &[Arc<[u8]>] {
        &self.inner.keys
    }

    /// The partition that holds this key, or the nearest one if none does.
    pub(crate) fn partition_of(&self, key: &[u8]) -> usize {
        let upto = self.keys().partition_point(|bound| **bound <= *key);
        upto.saturating_sub(1).min(self.npartitions() - 1)
    }

    /// The boundaries at these places, which ascend.
    pub(crate) fn pick(&self, places: impl IntoIterator<Item = usize>) -> Self {
        let (labels, keys) = places
            .into_iter()
            .map(|at| (self.labels()[at].clone(), Arc::clone(&self.keys()[at])))
            .unzip();
        Self {
            inner: Inner::new(self.order().clone(), labels, keys),
            nulls: false,
        }
    }
}

impl PartialEq for Bounds {
    fn eq(&self, other: &Self) -> bool {
        self.nulls == other.nulls && self.order() == other.order() && self.keys() == other.keys()
    }
}

impl Debug for Bounds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Bounds({self} of {:?}, nulls: {})",
            self.dtypes(),
            self.nulls
        )
    }
}

/// All boundaries, as Dask prints divisions: `(0, 100, 200, 300)`.
impl Display for Bounds {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let labels = self
            .labels()
            .iter()
            .map(Label::to_string)
            .collect::<Vec<_>>();
        write!(f, "({})", labels.join(", "))
    }
}
