//! The first few rows of an order, without sorting the rest.

use std::fmt;
use std::ops::Range;

use arrow_array::{Array, ArrayRef, UInt32Array};
use arrow_row::Rows;
use swath_batch::{Chunk, Selection, compact_views};

use super::SortKey;
use super::order::{Codes, RowOrder, best_code, codes_of, key_column};
use super::runs::sort_in_runs;
use crate::KernelError;
use crate::encoding::plain;
use crate::error::check_rows;
use crate::select::{interleave_columns, take_columns};

/// Rows looked at between two cuts to the best `k`.
const BLOCK: usize = 1024;
/// Rows gathered between two looks at whether to go on.
const GATHERED: usize = 1 << 14;
/// Chunks of kept rows that are gathered into fewer.
const KEPT_CHUNKS: usize = 256;

/// Keeps the `k` first rows of an order while rows stream by.
///
/// Rows that are equal in all keys rank by the order they came in, so pushing partial results in
/// partition order gives the same rows as one pass over everything. Once `k` rows are known, the best value of a
/// thousand rows decides whether they are looked at: only rows below the bound are encoded, and
/// their other columns are copied only if they stay. Holds at most about `2 k` rows. Nothing but one pass over the
/// candidates, some 10 ns each, happens without a look at the caller's `check`.
///
/// ```
/// use arrow_array::{ArrayRef, Int64Array, StringViewArray, cast::AsArray, types::Int64Type};
/// use std::sync::Arc;
/// use swath_batch::Chunk;
/// use swath_kernels::{KernelError, SortKey, TopK};
///
/// let amounts: ArrayRef = Arc::new(Int64Array::from(vec![3, 9, 5, 9]));
/// let names: ArrayRef = Arc::new(StringViewArray::from(vec!["a", "b", "c", "d"]));
/// let mut largest = TopK::new(2, vec![SortKey::descending(0)]);
/// let go_on = || Ok::<_, KernelError>(());
/// largest.push(&Chunk::new(vec![amounts, names], 4), go_on)?;
/// for columns in largest.finish(go_on)? {
///     let columns = columns?;
///     assert_eq!(columns[0].as_primitive::<Int64Type>().values(), &[9, 9]);
///     assert_eq!(columns[1].as_string_view().iter().flatten().collect::<Vec<_>>(), ["b", "d"]);
/// }
/// # Ok::<(), KernelError>(())
/// ```
pub struct TopK {
    k: usize,
    keys: Vec<SortKey>,
    /// Candidates, in no order until they are cut.
    found: Vec<Found>,
    /// Encoded keys of candidates, where codes alone do not decide.
    encoded: Option<Encoded>,
    /// Rows of candidates, gathered chunk by chunk.
    kept: Vec<Vec<ArrayRef>>,
    kept_rows: usize,
    /// The last of the best `k`, once there are `k`.
    bound: Option<Bound>,
    rows_seen: u64,
}

/// Keys of several columns, or of text.
struct Encoded {
    order: RowOrder,
    rows: Rows,
}

/// A candidate. Ordered by `(rank, code)`, then the encoded key if there is one, then `place`.
#[derive(Clone, Copy)]
struct Found {
    /// 0 for a null that comes first, 1 for a value, 2 for a null that comes last.
    rank: u8,
    code: u64,
    /// Number of its row in `Encoded::rows`.
    encoded: u32,
    /// Position among all rows pushed.
    place: u64,
    /// Which of `kept` it is in, and where.
    chunk: u32,
    row: u32,
}

/// The rank and the code of the last of the best.
#[derive(Clone, Copy)]
struct Bound {
    rank: u8,
    code: u64,
}

impl TopK {
    /// Keeps the `k` first rows by `keys`. Without keys these are the first rows pushed.
    pub fn new(k: usize, keys: Vec<SortKey>) -> Self {
        Self {
            k,
            keys,
            found: Vec::new(),
            encoded: None,
            kept: Vec::new(),
            kept_rows: 0,
            bound: None,
            rows_seen: 0,
        }
    }

    /// Looks at the live rows of a chunk, all of whose columns are kept for rows that stay; says whether any may. If not, what is
    /// kept is as it was. `check` is asked now and then whether to go on.
    ///
    /// # Errors
    /// [`KernelError::KeyOutOfRange`]; [`KernelError::Unsupported`] for a key without an order;
    /// [`KernelError::ColumnCount`] if an earlier chunk had another number of columns; what `check` says.
    pub fn push<E: From<KernelError>>(
        &mut self,
        chunk: &Chunk,
        check: impl FnMut() -> Result<(), E>,
    ) -> Result<bool, E> {
        let columns = &chunk.columns;
        check_rows("top-k", columns, chunk.rows)?;
        let ordered = self.ordered(columns)?;
        self.prepare(columns)?;
        let first_place = self.rows_seen;
        self.rows_seen += chunk.rows as u64;
        let here = self.kept.len() as u32;
        let mut candidates: Vec<u32> = Vec::new();
        let mut found_any = false;
        for start in (0..chunk.rows).step_by(BLOCK) {
            let block = start..(start + BLOCK).min(chunk.rows);
            if ordered
                .as_ref()
                .is_some_and(|ordered| self.rules_out(ordered, &block))
            {
                continue;
            }
            candidates.clear();
            let codes = self.codes(ordered.as_ref(), &block)?;
            self.find(&codes, chunk.selection.as_ref(), block, &mut candidates);
            if candidates.is_empty() {
                continue;
            }
            found_any = true;
            let first_encoded = self.encode(columns, &candidates)?;
            self.found
                .extend(candidates.iter().enumerate().map(|(at, &row)| {
                    let (rank, code) = self
                        .keys
                        .first()
                        .map_or((1, 0), |key| codes.position(key, row - start as u32));
                    Found {
                        rank,
                        code,
                        encoded: first_encoded + at as u32,
                        place: first_place + u64::from(row),
                        chunk: here,
                        row,
                    }
                }));
            if self.found.len() >= self.k.saturating_add((self.k / 2).max(1)) {
                self.cut();
            }
        }
        if found_any {
            self.keep(columns, here)?;
            self.gather(check)?;
        }
        Ok(found_any)
    }

    /// Sorts what is left: the rows come in order, some ten thousand at a time, all columns in the order they were pushed.
    /// Nothing comes if no chunk was pushed, since then nobody knows the columns; else something does, if without rows.
    ///
    /// # Errors
    /// What `check` says.
    pub fn finish<E>(
        mut self,
        check: impl FnMut() -> Result<(), E>,
    ) -> Result<impl Iterator<Item = Result<Vec<ArrayRef>, KernelError>>, E> {
        self.cut();
        let encoded = self.encoded.take();
        sort_in_runs(
            &mut self.found,
            |a, b| compare(a, b, encoded.as_ref()),
            check,
        )?;
        let picks = picks(&self.found);
        let kept = self.kept;
        let blocks = if kept.is_empty() {
            0
        } else {
            picks.len().div_ceil(GATHERED).max(1)
        };
        Ok((0..blocks).map(move |block| {
            let rows = block * GATHERED..((block + 1) * GATHERED).min(picks.len());
            interleave_columns(&kept, &picks[rows])
        }))
    }

    /// Bytes of the rows kept, shared buffers counted once, and of the candidates.
    pub fn bytes(&self) -> u64 {
        let columns = self.kept.iter().flatten().map(AsRef::as_ref);
        let encoded = self
            .encoded
            .as_ref()
            .map_or(0, |encoded| encoded.rows.size());
        swath_batch::unique_bytes(columns)
            + (self.found.capacity() * size_of::<Found>() + encoded) as u64
    }

    /// The column of the first key, in the encoding that codes are made from.
    fn ordered(&self, columns: &[ArrayRef]) -> Result<Option<ArrayRef>, KernelError> {
        let first = self.keys.first();
        first
            .map(|key| plain(key_column(columns, key)?))
            .transpose()
    }

    /// The codes of a block of rows.
    fn codes(
        &self,
        ordered: Option<&ArrayRef>,
        block: &Range<usize>,
    ) -> Result<Codes, KernelError> {
        match (ordered, self.keys.first()) {
            (Some(column), Some(key)) => {
                codes_of(&column.slice(block.start, block.len()), key.descending)
            }
            _ => Ok(Codes {
                of: vec![0; block.len()],
                nulls: None,
                is_exact: true,
            }),
        }
    }

    /// Whether the best value of a block shows that none of its rows is among the best: looking for one value is several times
    /// faster than looking at each.
    fn rules_out(&self, ordered: &ArrayRef, block: &Range<usize>) -> bool {
        let (Some(bound), Some(key)) = (&self.bound, self.keys.first()) else {
            return false;
        };
        if bound.rank != 1 || ordered.null_count() > 0 {
            return false;
        }
        let best = best_code(ordered, block.clone(), key.descending);
        best.is_some_and(|best| !self.may_beat(*bound, best))
    }

    /// Whether a value with this code may be better than the bound. A later row that ties in a deciding code loses.
    #[inline]
    fn may_beat(&self, bound: Bound, code: u64) -> bool {
        code < bound.code || (self.encoded.is_some() && code == bound.code)
    }

    /// On the first chunk: decides whether codes alone decide, and remembers the columns.
    fn prepare(&mut self, columns: &[ArrayRef]) -> Result<(), KernelError> {
        if let Some(first) = self.kept.first() {
            if first.len() != columns.len() {
                return Err(KernelError::ColumnCount {
                    operation: "top-k",
                    expected: first.len(),
                    found: columns.len(),
                });
            }
            return Ok(());
        }
        let codes = self.codes(self.ordered(columns)?.as_ref(), &(0..0))?;
        for key in &self.keys {
            key_column(columns, key)?;
        }
        self.kept
            .push(columns.iter().map(|column| column.slice(0, 0)).collect());
        if self.keys.len() > 1 || !codes.is_exact {
            let order = RowOrder::try_new(columns, &self.keys)?;
            self.encoded = Some(Encoded {
                rows: order.empty(),
                order,
            });
        }
        Ok(())
    }

    /// Rows of `block` that may be among the best: none that certainly is not. `codes` are those of the block.
    fn find(
        &self,
        codes: &Codes,
        selection: Option<&Selection>,
        block: Range<usize>,
        candidates: &mut Vec<u32>,
    ) {
        if self.k == 0 {
            return;
        }
        let live = |row: usize| selection.is_none_or(|selection| selection.mask().value(row));
        let (Some(bound), Some(key)) = (&self.bound, self.keys.first()) else {
            // Without a bound everything may; without keys the first rows win, and after them none.
            if self.bound.is_none() {
                candidates.extend(block.filter(|&row| live(row)).map(|row| row as u32));
            }
            return;
        };
        let wins_ties = self.encoded.is_some();
        let first = block.start;
        let (any_value, some_values) = (bound.rank > 1, bound.rank == 1);
        if codes.nulls.is_none() && some_values {
            for row in block {
                if self.may_beat(*bound, codes.of[row - first]) && live(row) {
                    candidates.push(row as u32);
                }
            }
            return;
        }
        for row in block.filter(|&row| live(row)) {
            let (rank, code) = codes.position(key, (row - first) as u32);
            let may = match rank {
                1 => any_value || (some_values && self.may_beat(*bound, code)),
                null => null < bound.rank || (wins_ties && null == bound.rank),
            };
            if may {
                candidates.push(row as u32);
            }
        }
    }

    /// Encodes the keys of candidates; returns the number of the first.
    fn encode(&mut self, columns: &[ArrayRef], candidates: &[u32]) -> Result<u32, KernelError> {
        let Some(encoded) = &mut self.encoded else {
            return Ok(0);
        };
        let first = encoded.rows.num_rows() as u32;
        let rows = UInt32Array::from(candidates.to_vec());
        let mut keys: Vec<ArrayRef> = columns.iter().map(|column| column.slice(0, 0)).collect();
        for key in &self.keys {
            let column = key_column(columns, key)?;
            keys[key.column] = take_columns(std::slice::from_ref(column), &rows)?.remove(0);
        }
        encoded.order.append(&mut encoded.rows, &keys)?;
        Ok(first)
    }

    /// Drops all candidates but the best `k`, and remembers the last of them.
    fn cut(&mut self) {
        if self.k == 0 || self.found.len() < self.k {
            self.found.truncate(self.k);
            return;
        }
        let encoded = self.encoded.as_ref();
        let (_, last, _) = self
            .found
            .select_nth_unstable_by(self.k - 1, |a, b| compare(a, b, encoded));
        self.bound = Some(Bound {
            rank: last.rank,
            code: last.code,
        });
        self.found.truncate(self.k);
        if let Some(encoded) = &mut self.encoded
            && encoded.rows.num_rows() / 2 > self.k.saturating_add(BLOCK)
        {
            let mut rows = encoded.order.empty();
            for (at, found) in self.found.iter_mut().enumerate() {
                rows.push(encoded.rows.row(found.encoded as usize));
                found.encoded = at as u32;
            }
            encoded.rows = rows;
        }
    }

    /// Copies the rows of this chunk that are still candidates, and only them.
    fn keep(&mut self, columns: &[ArrayRef], here: u32) -> Result<(), KernelError> {
        let mut rows: Vec<u32> = Vec::new();
        for found in self.found.iter_mut().filter(|found| found.chunk == here) {
            rows.push(found.row);
            found.row = rows.len() as u32 - 1;
        }
        if !rows.is_empty() {
            self.kept_rows += rows.len();
            let taken = take_columns(columns, &UInt32Array::from(rows))?;
            self.kept.push(taken.iter().map(compact_views).collect());
        }
        Ok(())
    }

    /// Gathers the candidates where more rows than those are kept, or in too many chunks.
    fn gather<E: From<KernelError>>(
        &mut self,
        mut check: impl FnMut() -> Result<(), E>,
    ) -> Result<(), E> {
        let most = self.k.max(self.found.len()).saturating_add(BLOCK);
        let chunks = self.found.len() / GATHERED + KEPT_CHUNKS;
        if self.kept_rows / 2 > most || self.kept.len() > chunks {
            let picks = picks(&self.found);
            let mut gathered = Vec::with_capacity(picks.len() / GATHERED + 1);
            for block in picks.chunks(GATHERED) {
                check()?;
                gathered.push(interleave_columns(&self.kept, block)?);
            }
            self.kept = gathered;
            self.kept_rows = picks.len();
            for (row, found) in self.found.iter_mut().enumerate() {
                (found.chunk, found.row) = ((row / GATHERED) as u32, (row % GATHERED) as u32);
            }
        }
        Ok(())
    }
}

/// Where the rows of candidates are.
fn picks(found: &[Found]) -> Vec<(usize, usize)> {
    let place = |found: &Found| (found.chunk as usize, found.row as usize);
    found.iter().map(place).collect()
}

fn compare(a: &Found, b: &Found, encoded: Option<&Encoded>) -> std::cmp::Ordering {
    (a.rank, a.code)
        .cmp(&(b.rank, b.code))
        .then_with(|| {
            encoded.map_or(std::cmp::Ordering::Equal, |encoded| {
                let row = |found: &Found| encoded.rows.row(found.encoded as usize);
                row(a).cmp(&row(b))
            })
        })
        .then(a.place.cmp(&b.place))
}

impl fmt::Debug for TopK {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopK")
            .field("k", &self.k)
            .field("keys", &self.keys)
            .field("candidates", &self.found.len())
            .finish_non_exhaustive()
    }
}
