//! A service's own shell: words as they are, which no template is among.

use super::Report;
use crate::diagnostic::Code;

pub(super) fn check(report: &mut Report<'_>) {
    for (index, word) in report.document.value.console.iter().enumerate() {
        let path = ["console", &index.to_string()];
        if word.contains("{{") || word.contains("{%") {
            let hint = "the service's own variables say it: [sh, -c, 'exec client -u \"$USER_NAME\"']";
            report.error(Code::InvalidValue, &path, "no templates are rendered here", hint);
        } else if word.chars().any(|c| c.is_control() && c != '\n') {
            report.error(Code::InvalidValue, &path, "holds a control character", "");
        } else if index == 0 && word.starts_with('-') {
            report.error(
                Code::InvalidValue,
                &path,
                format!("{word:?} is no program"),
                "the first word is the program",
            );
        }
    }
}
