//! The writes of a computation: checked against all that it reads and writes, then begun.

use std::panic::Location;

use swath_io::{FolderWrite, WriteOptions, WriteTarget};
use swath_memory::CancelToken;
use swath_plan::{Plan, PlanError, files_read};

use crate::{Error, Result, Session};

/// The roots with their writes begun, and those writes: each is given up when it is dropped.
///
/// Nothing is touched before all are known to be possible, but for what killed processes have left.
pub(super) fn begin(
    session: &Session,
    roots: Vec<Plan>,
    called: &'static Location<'static>,
) -> Result<(Vec<Plan>, Vec<FolderWrite>)> {
    if roots.iter().all(|root| root.writes().is_none()) {
        return Ok((roots, Vec::new()));
    }
    let io = session.env().io(CancelToken::new());
    let at = |root: &Plan| root.location().unwrap_or(called);
    let refused = |root: &Plan, error| {
        let verb = root.writes().map_or("compute", WriteOptions::verb);
        Error::planning(error, verb, at(root))
    };
    let mut targets: Vec<(WriteTarget, &Plan)> = Vec::new();
    for root in &roots {
        let Some(options) = root.writes() else {
            continue;
        };
        let target = options
            .target(&io)
            .map_err(|error| refused(root, error.into()))?;
        if let Some((first, before)) = targets.iter().find(|(other, _)| target.overlaps(other)) {
            let error = PlanError::WrittenTwice {
                folder: target.folder().to_owned(),
                first: first.folder().to_owned(),
            };
            return Err(refused(root, error).also_at("first", at(before)));
        }
        targets.push((target, root));
    }
    let files: Vec<String> = roots.iter().flat_map(files_read).collect();
    for (target, root) in &targets {
        check(target, &files).map_err(|error| refused(root, error))?;
        if let Some(options) = root.writes() {
            let existing = options.check_existing(root.inputs()[0].meta(), &io);
            existing.map_err(|error| refused(root, error.into()))?;
        }
    }
    let mut writes = Vec::with_capacity(targets.len());
    for (target, root) in &targets {
        let write = target.begin();
        writes.push(write.map_err(|error| refused(root, error.into()))?);
    }
    let mut begun = writes.iter();
    let begun = roots
        .iter()
        .map(|root| match root.writes().and_then(|_| begun.next()) {
            Some(write) => root.begun(write.staged().clone()),
            None => root.clone(),
        })
        .collect();
    Ok((begun, writes))
}

/// Refuses a folder with files that are read, or with any where they are not to be replaced.
fn check(target: &WriteTarget, files: &[String]) -> std::result::Result<(), PlanError> {
    target.put_right()?;
    match target.first_replaced(files.iter().map(String::as_str))? {
        Some(file) => Err(PlanError::WritesWhatItReads {
            file: file.to_owned(),
            folder: target.folder().to_owned(),
        }),
        None => Ok(target.check()?),
    }
}
