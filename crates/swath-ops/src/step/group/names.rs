//! Names of the columns that only the tasks of a group-by see.

/// A beginning that none of the keys' names has, so that no made-up column can meet a key.
///
/// Made-up columns carry computed inputs and partial states beside the keys, which are called as the user wishes.
///
/// ```
/// use swath_ops::step::made_up_prefix;
///
/// assert_eq!(made_up_prefix(["region"]), "#");
/// assert_eq!(made_up_prefix(["region", "#1"]), "##");
/// ```
pub fn made_up_prefix<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let marks = |key: &str| key.bytes().take_while(|&byte| byte == b'#').count();
    let most = keys.into_iter().map(marks).max().unwrap_or(0);
    "#".repeat(most + 1)
}
