//! What a function keeps of what it was given is told, and does not fill the memory that is shared with its process.

use super::logged::Logged;
use super::*;

fn hoard(plugin: &Plugin, part: &Batch) -> Result<Vec<Batch>, CallError> {
    let params = r#"{"how":"hoard"}"#;
    let bound = partition_fn(plugin, "behave", params, part.meta())?;
    run(&bound, &Arc::default(), std::slice::from_ref(part))
}

#[test]
fn what_it_keeps_is_logged() {
    let (plugin, _folder) = apart();
    let logged = Logged::default();
    tracing::subscriber::with_default(logged.clone(), || {
        behave(&plugin, "nothing", &Arc::default()).expect("an answer");
        assert_eq!(logged.lines(), [""; 0]);
        hoard(&plugin, &part()).expect("an answer");
        assert_eq!(logged.lines().len(), 1);
        // Once: what is kept since then is not kept by another.
        behave(&plugin, "nothing", &Arc::default()).expect("an answer");
    });
    assert_snapshot!(logged.line("keeps"), @r#"WARN message=`tried.behave` keeps 192 bytes of what it was given, and its run is over function="tried.behave" partition=2 bytes=192"#);
}

/// One function that keeps all that it is given, and another one of the same plugin, where not much can be kept.
#[test]
fn what_is_kept_does_not_fill_what_is_shared() {
    let name = "keeps::what_is_kept_does_not_fill_what_is_shared";
    let part = |rows| Batch::from_columns([("x", vec![1.0; rows])]).expect("a column");
    if std::env::var_os(CHILD).is_some() {
        let (plugin, _folder) = apart();
        let (logged, some) = (Logged::default(), part(1 << 18));
        tracing::subscriber::with_default(logged.clone(), || {
            // 2 MiB each, of 31 MiB: every fourth is one too much.
            for _ in 0..41 {
                hoard(&plugin, &some).expect("an answer");
            }
        });
        assert_eq!(children().len(), 1, "the others kept too much");
        let ended = logged
            .lines()
            .into_iter()
            .find(|line| line.contains("ended"));
        println!("said: {}", ended.expect("it is told"));
        return;
    }
    let said = limits::limited(name, 4 << 20);
    assert_snapshot!(said.join("\n"), @r#"WARN message=a process of the plugin `tried` keeps 8388608 bytes of what its functions were given, and is ended plugin="tried" bytes=8388608"#);
}
