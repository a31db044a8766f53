//! The books: who holds how much. Plain data under the budget's one lock; nothing here blocks, reclaims or allocates per byte.

use crate::{Demand, Holder, Label};

/// Entries addressed by a small index that is reused after removal.
struct Slab<T> {
    entries: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    const fn new() -> Self {
        Self {
            entries: Vec::new(),
            free: Vec::new(),
        }
    }

    fn insert(&mut self, entry: T) -> u32 {
        if let Some(id) = self.free.pop() {
            self.entries[id as usize] = Some(entry);
            return id;
        }
        let id = u32::try_from(self.entries.len()).expect("fewer than 2^32 holders of memory");
        self.entries.push(Some(entry));
        id
    }

    fn get_mut(&mut self, id: u32) -> &mut T {
        self.entries[id as usize]
            .as_mut()
            .expect("handles outlive no entry: it is removed by the last of them")
    }

    fn remove(&mut self, id: u32) -> T {
        let entry = self.entries[id as usize]
            .take()
            .expect("an entry is removed once, by its last handle");
        self.free.push(id);
        entry
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().flatten()
    }
}

/// One grant, or one free-standing reservation (a grant with no floor).
struct GrantEntry {
    floor: u64,
    expected: u64,
    reserved: u64,
    /// The most it had, or asked for in vain.
    wanted: u64,
    /// The `Grant` and its reservations: the last one removes the entry.
    handles: u32,
    by_label: Vec<(&'static str, u64)>,
}

impl GrantEntry {
    /// What the pool counts for it: the floor is charged whether used or not.
    fn charged(&self) -> u64 {
        self.floor.max(self.reserved)
    }

    /// What it is still expected to take on top: throttles admission, is guaranteed to nobody.
    fn promised(&self) -> u64 {
        self.expected.saturating_sub(self.charged())
    }

    fn label(&mut self, what: &'static str) -> &mut u64 {
        let at = self
            .by_label
            .iter()
            .position(|(label, _)| std::ptr::eq(*label, what) || *label == what)
            .unwrap_or_else(|| {
                self.by_label.push((what, 0));
                self.by_label.len() - 1
            });
        &mut self.by_label[at].1
    }
}

struct ChargeEntry {
    label: Label,
    bytes: u64,
}

/// Identifies a grant in the ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GrantId(u32);

/// Identifies a charge in the ledger.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChargeId(u32);

/// The books of one budget. Invariant: `used` is the sum over all entries, and never above `limit`.
pub(crate) struct Ledger {
    limit: u64,
    used: u64,
    peak: u64,
    /// What running tasks may still take on top: wider, so that wild estimates cannot wear it out.
    promised: u128,
    grants: Slab<GrantEntry>,
    charges: Slab<ChargeEntry>,
}

impl Ledger {
    pub(crate) const fn new(limit: u64) -> Self {
        Self {
            limit,
            used: 0,
            peak: 0,
            promised: 0,
            grants: Slab::new(),
            charges: Slab::new(),
        }
    }

    pub(crate) fn limit(&self) -> u64 {
        self.limit
    }

    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    fn free(&self) -> u64 {
        self.limit - self.used
    }

    /// Takes the floor of `demand`, if that and what is expected fit beside what the others hold and expect; else says how many
    /// bytes are missing.
    pub(crate) fn grant(&mut self, demand: Demand) -> Result<GrantId, u64> {
        let wants = demand.floor.max(demand.expected);
        let total = u128::from(self.used) + self.promised + u128::from(wants);
        let missing = total.saturating_sub(u128::from(self.limit));
        let missing = u64::try_from(missing).unwrap_or(u64::MAX);
        if missing > 0 {
            Err(missing)
        } else {
            Ok(self.open(demand.floor, demand.expected))
        }
    }

    /// Opens a grant with as much of the floor as is free.
    pub(crate) fn grant_what_is_free(&mut self, demand: Demand) -> GrantId {
        self.open(demand.floor.min(self.free()), demand.expected)
    }

    /// Opens a grant with no floor and no expectation: costs nothing until it reserves.
    pub(crate) fn grant_nothing(&mut self) -> GrantId {
        self.open(0, 0)
    }

    fn open(&mut self, floor: u64, expected: u64) -> GrantId {
        let entry = GrantEntry {
            floor,
            expected,
            reserved: 0,
            wanted: 0,
            handles: 1,
            by_label: Vec::new(),
        };
        self.take(entry.charged());
        self.promised += u128::from(entry.promised());
        GrantId(self.grants.insert(entry))
    }

    fn take(&mut self, bytes: u64) {
        self.used += bytes;
        debug_assert!(
            self.used <= self.limit,
            "the ledger never exceeds its limit"
        );
        self.peak = self.peak.max(self.used);
    }

    /// Applies `change` to a grant and carries the difference into the totals.
    fn adjust(&mut self, id: GrantId, change: impl FnOnce(&mut GrantEntry)) {
        let grant = self.grants.get_mut(id.0);
        let (charged, promised) = (grant.charged(), grant.promised());
        change(grant);
        let (now, still) = (grant.charged(), grant.promised());
        self.promised = self.promised + u128::from(still) - u128::from(promised);
        if now >= charged {
            self.take(now - charged);
        } else {
            self.used -= charged - now;
        }
    }

    /// Another handle on the grant: a reservation.
    pub(crate) fn retain(&mut self, id: GrantId) {
        self.grants.get_mut(id.0).handles += 1;
    }

    /// A reservation of the grant with no bytes is gone.
    pub(crate) fn release(&mut self, id: GrantId) {
        let grant = self.grants.get_mut(id.0);
        grant.handles -= 1;
        if grant.handles == 0 {
            self.adjust(id, |grant| (grant.floor, grant.expected) = (0, 0));
            let gone = self.grants.remove(id.0);
            debug_assert_eq!(
                gone.reserved, 0,
                "reservations give their bytes back before they go"
            );
        }
    }

    /// The grant itself is gone: its floor and expectation end, its reservations stay.
    pub(crate) fn close(&mut self, id: GrantId) {
        self.adjust(id, |grant| (grant.floor, grant.expected) = (0, 0));
        self.release(id);
    }

    /// Adds bytes to a reservation of the grant, or says how many bytes are missing.
    pub(crate) fn grow(&mut self, id: GrantId, what: &'static str, bytes: u64) -> Result<(), u64> {
        let free = self.free();
        let grant = self.grants.get_mut(id.0);
        let reserved = grant.reserved.saturating_add(bytes);
        grant.wanted = grant.wanted.max(reserved);
        let missing = reserved
            .max(grant.floor)
            .saturating_sub(grant.charged())
            .saturating_sub(free);
        if missing > 0 {
            return Err(missing);
        }
        self.adjust(id, |grant| {
            grant.reserved = reserved;
            *grant.label(what) += bytes;
        });
        Ok(())
    }

    /// Takes bytes from a reservation of the grant; they return to the pool, or to the grant's floor.
    pub(crate) fn shrink(&mut self, id: GrantId, what: &'static str, bytes: u64) {
        self.adjust(id, |grant| {
            grant.reserved -= bytes;
            *grant.label(what) -= bytes;
        });
    }

    /// Moves bytes from a reservation to a new charge. The totals do not change: what the floor covered leaves with the bytes.
    pub(crate) fn transfer(
        &mut self,
        id: GrantId,
        what: &'static str,
        bytes: u64,
        label: Label,
    ) -> ChargeId {
        let peak = self.peak;
        self.adjust(id, |grant| {
            let left = grant.charged() - bytes;
            grant.reserved -= bytes;
            grant.floor = grant.floor.min(left);
            *grant.label(what) -= bytes;
        });
        self.used += bytes;
        self.peak = peak.max(self.used);
        ChargeId(self.charges.insert(ChargeEntry { label, bytes }))
    }

    /// Adds bytes as a new charge, or says how many are missing.
    pub(crate) fn charge(&mut self, bytes: u64, label: &Label) -> Result<ChargeId, u64> {
        let missing = bytes.saturating_sub(self.free());
        if missing > 0 {
            return Err(missing);
        }
        self.take(bytes);
        Ok(ChargeId(self.charges.insert(ChargeEntry {
            label: label.clone(),
            bytes,
        })))
    }

    /// Moves all bytes of a charge into a reservation of the grant. The totals do not change.
    pub(crate) fn adopt(&mut self, charge: ChargeId, id: GrantId, what: &'static str) -> u64 {
        let bytes = self.charges.remove(charge.0).bytes;
        self.used -= bytes;
        self.adjust(id, |grant| {
            // Where the floor is not used up yet the bytes come on top of it: they must not eat into the guarantee.
            if grant.reserved < grant.floor {
                grant.floor += bytes;
            }
            grant.reserved += bytes;
            grant.wanted = grant.wanted.max(grant.reserved);
            *grant.label(what) += bytes;
        });
        bytes
    }

    pub(crate) fn shrink_charge(&mut self, id: ChargeId, bytes: u64) {
        self.charges.get_mut(id.0).bytes -= bytes;
        self.used -= bytes;
    }

    /// Moves bytes of a charge into a new charge with the same label.
    pub(crate) fn split_charge(&mut self, id: ChargeId, bytes: u64) -> ChargeId {
        let charge = self.charges.get_mut(id.0);
        charge.bytes -= bytes;
        let label = charge.label.clone();
        ChargeId(self.charges.insert(ChargeEntry { label, bytes }))
    }

    /// Moves all bytes of a charge into another.
    pub(crate) fn absorb_charge(&mut self, into: ChargeId, from: ChargeId) {
        let bytes = self.charges.remove(from.0).bytes;
        self.charges.get_mut(into.0).bytes += bytes;
    }

    pub(crate) fn relabel(&mut self, id: ChargeId, label: Label) {
        self.charges.get_mut(id.0).label = label;
    }

    pub(crate) fn drop_charge(&mut self, id: ChargeId) {
        self.used -= self.charges.remove(id.0).bytes;
    }

    /// The floor still guaranteed to the grant, used or not.
    pub(crate) fn floor(&mut self, id: GrantId) -> u64 {
        self.grants.get_mut(id.0).floor
    }

    /// The most the grant's reservations had together, or asked for in vain.
    pub(crate) fn wanted(&mut self, id: GrantId) -> u64 {
        self.grants.get_mut(id.0).wanted
    }

    /// All holders, merged by label, largest first. The bytes sum to `used`.
    pub(crate) fn holders(&self) -> Vec<Holder> {
        let mut all: Vec<Holder> = Vec::new();
        for grant in self.grants.iter() {
            for (what, bytes) in &grant.by_label {
                all.push(Holder {
                    what: Label::from(*what),
                    bytes: *bytes,
                    count: 1,
                });
            }
            all.push(Holder {
                what: Label::from(UNUSED_FLOOR),
                bytes: grant.charged() - grant.reserved,
                count: 1,
            });
        }
        all.extend(self.charges.iter().map(|charge| Holder {
            what: charge.label.clone(),
            bytes: charge.bytes,
            count: 1,
        }));
        all.retain(|holder| holder.bytes > 0);
        all.sort_by(|a, b| a.what.cmp(&b.what));
        all.dedup_by(|next, kept| {
            let same = next.what == kept.what;
            if same {
                kept.bytes += next.bytes;
                kept.count += 1;
            }
            same
        });
        all.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.what.cmp(&b.what)));
        all
    }
}

/// How the part of a floor that no reservation uses yet is listed.
const UNUSED_FLOOR: &str = "granted to running tasks";
