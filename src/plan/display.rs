//! What a plan says → one phrase each, for people: no full stop, no line break of its own.

use std::fmt::{Display, Formatter, Result};

use crate::plan::model::{Action, Effect, ObjectId, Reason};

impl Display for ObjectId {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} {}", self.kind, self.name)
    }
}

impl Display for Action {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Orphan => "keep in the cluster only",
            Self::Move => "move",
        })
    }
}

impl Display for Effect {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Restart { process, rolling, why } => {
                let how = if *rolling { "one pod after the other" } else { "old pods stop first" };
                write!(f, "{process} restarts, {how}: ")?;
                comma_separated(f, why)
            }
            Self::Recreate { process } => write!(f, "{process} is unavailable until its new pod is ready"),
            Self::Scale { process, from, to } => {
                let count =
                    |n: &Option<i64>| n.map_or("as its autoscaler says".to_owned(), |n| n.to_string());
                match (from, to) {
                    // The API server's default for what is no longer written is one pod.
                    (Some(from), None) => {
                        write!(f, "{process} scales: {from} -> 1 pod, then as its autoscaler says")
                    }
                    _ => write!(f, "{process} scales: {} -> {}", count(from), count(to)),
                }
            }
            Self::RunsJob { name } => write!(f, "job {name} runs"),
            Self::Reroute { added, removed } => {
                let signed = |sign: char| move |host: &String| format!("{sign}{host}");
                let hosts: Vec<String> =
                    added.iter().map(signed('+')).chain(removed.iter().map(signed('-'))).collect();
                f.write_str("hosts: ")?;
                comma_separated(f, &hosts)
            }
            Self::Redirect { from, to } => {
                f.write_str("requests go to ")?;
                comma_separated(f, to)?;
                f.write_str(", no longer to ")?;
                comma_separated(f, from)
            }
            Self::Schedule { process, from, to } => {
                let when = |text: &Option<String>| text.clone().unwrap_or_else(|| "never".to_owned());
                write!(f, "{process} runs: {} -> {}", when(from), when(to))
            }
            Self::Grow { volume, from, to } => write!(f, "volume {volume} grows: {from} -> {to}"),
            Self::DataLoss { name } => write!(f, "the data of {name} is deleted"),
            Self::NoRestart => f.write_str("nothing restarts"),
        }
    }
}

impl Display for Reason {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Image { from, to, .. } => write!(f, "image {from} -> {to}"),
            Self::Container { container, added: true } => write!(f, "new container {container}"),
            Self::Container { container, added: false } => write!(f, "container {container} removed"),
            Self::Configuration => f.write_str("configuration"),
            Self::Secrets => f.write_str("secrets"),
            Self::Command { .. } => f.write_str("command"),
            Self::Environment { names, .. } if names.is_empty() => f.write_str("environment"),
            Self::Environment { names, .. } => {
                f.write_str("environment ")?;
                comma_separated(f, names)
            }
            Self::Resources { .. } => f.write_str("resources"),
            Self::Probes { .. } => f.write_str("health checks"),
            Self::Ports { .. } => f.write_str("ports"),
            Self::Volumes => f.write_str("volumes"),
            Self::Security => f.write_str("security settings"),
            Self::Metadata { names } => {
                f.write_str("labels or annotations ")?;
                comma_separated(f, names)
            }
            Self::Other { field } => f.write_str(field),
        }
    }
}

fn comma_separated(f: &mut Formatter<'_>, items: &[impl Display]) -> Result {
    for (index, item) in items.iter().enumerate() {
        write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effects_read_as_phrases() {
        let image = Reason::Image { container: "web".into(), from: "a:1".into(), to: "a:2".into() };
        let why = vec![
            image,
            Reason::Configuration,
            Reason::Environment { container: "web".into(), names: vec![] },
        ];
        let restart = Effect::Restart { process: "web".into(), rolling: true, why };
        let phrase = "web restarts, one pod after the other: image a:1 -> a:2, configuration, environment";
        assert_eq!(restart.to_string(), phrase);
        let hosts = Effect::Reroute { added: vec!["a.cu".into()], removed: vec!["b.cu".into()] };
        assert_eq!(hosts.to_string(), "hosts: +a.cu, -b.cu");
        let scale = Effect::Scale { process: "web".into(), from: Some(1), to: None };
        assert_eq!(scale.to_string(), "web scales: 1 -> 1 pod, then as its autoscaler says");
    }
}
