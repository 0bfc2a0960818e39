//! Lines → words, and the kubelet's expansion undone.

#[path = "../../../tests/support/kubelet.rs"]
mod kubelet;
mod shells;

use proptest::prelude::*;

use self::kubelet::kubelet;
use crate::load::scalars::Command;
use crate::resolve::command::{literal, stays, words};
use crate::resolve::shell::Stays;

fn line(text: &str) -> Vec<String> {
    words(&Command::Line(text.to_owned()))
}

#[test]
fn a_shell_is_used_only_where_one_is_needed() {
    assert_eq!(line("python app.py --x=1"), ["python", "app.py", "--x=1"]);
    assert_eq!(
        line("gunicorn -b 0.0.0.0:$PORT app:app"),
        ["/bin/sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app:app"]
    );
    assert_eq!(line("cd x && python y"), ["/bin/sh", "-c", "cd x && exec python y"]);
    assert_eq!(line("A=1 python y"), ["/bin/sh", "-c", "A=1 exec python y"]);
    assert_eq!(line("cd x"), ["/bin/sh", "-c", "cd x"]);
    assert_eq!(line("echo 'a  b'"), ["/bin/sh", "-c", "echo 'a  b'"]);
    assert_eq!(line("gunicorn 'a:b()'"), ["/bin/sh", "-c", "exec gunicorn 'a:b()'"]);
    assert_eq!(line("echo \"it's\" ; echo 'x'"), ["/bin/sh", "-c", "echo \"it's\" ; echo 'x'"]);
}

proptest! {
    #[test]
    fn the_kubelets_expansion_gives_any_text_back(text in "[$()a-zé🦀 ]{0,24}") {
        prop_assert_eq!(kubelet(&literal(&text)), text.as_bytes());
    }
}

#[test]
fn a_line_that_keeps_sigterm_says_why() {
    let why = |line: &str| stays(&Command::Line(line.to_owned()));
    assert_eq!(why("python bot.py | tee log"), Some(Stays::Pipeline));
    assert_eq!(why("while true; do python bot.py; done"), Some(Stays::Loop));
    assert_eq!(why("celery worker & gunicorn app:app"), Some(Stays::Background));
    assert_eq!(why("a & b & wait"), Some(Stays::Background));
    assert_eq!(why("python a.py; exit 1"), Some(Stays::Own("exit".to_owned())));
    assert_eq!(why("[ -n \"$X\" ] && gunicorn a || gunicorn b"), Some(Stays::Alternative));
    assert_eq!(why("serve() { gunicorn a; }; serve"), Some(Stays::Function("serve".to_owned())));
    assert_eq!(why("! gunicorn a"), Some(Stays::Negated));
    assert_eq!(why("bash -c 'a | b'"), Some(Stays::Pipeline));
    assert_eq!(why("gunicorn a &> log"), Some(Stays::Foreign));
    assert_eq!(why("gunicorn 'a"), Some(Stays::Invalid));
    // The person's own way to pass it on.
    assert_eq!(why("trap 'kill $P' TERM; gunicorn a & P=$!; wait $P"), None);
    assert_eq!(why("cd x"), None);
    let words = vec!["sh".to_owned(), "-c".to_owned(), "a | b".to_owned()];
    assert_eq!(stays(&Command::Words(words)), None, "a list is what its writer wants");
}

#[test]
fn exec_stands_where_nothing_is_changed_by_it() {
    let script = |text: &str| line(text).swap_remove(2);
    assert_eq!(script("trap 'echo end' EXIT; gunicorn $A"), "trap 'echo end' EXIT; gunicorn $A");
    assert_eq!(script("(cd x; gunicorn $A)"), "{ cd x; exec gunicorn $A; }");
    assert_eq!(script("$ENV cd /"), "$ENV cd /");
    assert_eq!(script("gunicorn a || gunicorn b"), "gunicorn a || exec gunicorn b");
    assert_eq!(script("bash -c \"$LINE; b\""), "exec bash -c \"$LINE; exec b\"");
    let deep = format!("{}gunicorn a{}", "(".repeat(9000), ")".repeat(9000));
    assert_eq!(script(&deep), deep);
}
