//! Folders that apps of a runtime write into: none of them may hide what the container runs, as none of an app's own.

use super::Report;
use crate::diagnostic::Code;
use crate::load::system_folders::is_the_systems;

pub(super) fn check(report: &mut Report<'_>) {
    let recipe = &report.document.value;
    for (index, rule) in recipe.writable.iter().enumerate() {
        let path = rule.path.path();
        // What is `reserved` is so against apps: the recipe itself may know better.
        if is_the_systems(&path) || rule.path.0.split('/').any(|part| part == "..") {
            let message = format!("cannot mount an empty folder at {:?}", rule.path.0);
            let hint = "name a folder of the app such as .next/cache, or a whole path such as /data/cache; \
                        /tmp can be written in each pod";
            report.error(Code::InvalidMount, &["writable", &index.to_string(), "path"], message, hint);
        }
    }
}
