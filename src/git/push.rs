//! [`Commit`] -> the remote's branch, if it still stands where the snapshot saw it: the server compares and
//! swaps. Writes to the remote; an answer that was lost on the way is looked up, never guessed.

use git2::Oid;
use zeroize::Zeroizing;

use crate::diagnostic::{Code, Failure, Kind};
use crate::git::address::BranchName;
use crate::git::commit::Commit;
#[cfg(test)]
use crate::git::in_process;
use crate::git::snapshot::Snapshot;

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushed {
    /// The branch stands on our commit.
    Landed {
        /// Its id.
        commit: String,
    },
    /// Someone else was first: refresh, plan again, push again.
    Raced,
}

impl Snapshot {
    /// Moves the remote's branch from the snapshot's head to `commit`.
    ///
    /// # Errors
    /// `Forbidden` where the server declines (a hook, a protected or checked-out branch, missing rights);
    /// `Unavailable` where it does not answer and the commit is known not to have landed, or nothing is known.
    pub fn push(&self, commit: &Commit) -> Result<Pushed, Failure> {
        self.swap(&self.branch, commit.parent, Some(commit.id))
    }

    /// Moves a branch of the remote, if it still stands where it is said to: nothing is a branch that is not there.
    pub(super) fn swap(
        &self,
        branch: &BranchName,
        from: Option<Oid>,
        to: Option<Oid>,
    ) -> Result<Pushed, Failure> {
        #[cfg(test)]
        if let (true, Some(to)) = (in_process::is_on(), to) {
            let landed = in_process::push(&self.git, branch, from, to)?;
            let here = Pushed::Landed { commit: to.to_string() };
            return Ok(if landed { here } else { Pushed::Raced });
        }
        let text = |id: Option<Oid>| id.map(|id| id.to_string()).unwrap_or_default();
        let reference = branch.reference();
        let lease = format!("--force-with-lease={reference}:{}", text(from));
        let refspec = format!("{}:{reference}", text(to));
        let args = ["push", "--porcelain", "--progress", "--no-verify", "--no-signed", "--no-follow-tags"];
        let args = [&args[..], &[&lease, "--", self.git.url(), &refspec]].concat();
        let answer = match self.git.run(&args, Vec::new()) {
            Ok(answer) => answer,
            Err(failure) if failure.kind() == Kind::Unavailable => {
                return self.look(branch, from, to, failure);
            }
            Err(failure) => return Err(failure),
        };
        // As git says it: a password may be any word of its. What is shown of it is scrubbed.
        let status = Zeroizing::new(String::from_utf8_lossy(&answer.stdout).into_owned());
        let line = status.lines().find(|line| line.contains(&refspec));
        match line.and_then(|line| judge(line, &answer.words)) {
            Some(Verdict::Landed) if answer.good => Ok(Pushed::Landed { commit: text(to) }),
            Some(Verdict::Raced) => Ok(Pushed::Raced),
            Some(Verdict::Declined(why)) => Err(self.declined(branch, &why, &answer.words)),
            _ => {
                let failure = self.git.unwritable(&answer.words);
                let unsure = failure.kind() == Kind::Unavailable;
                if unsure { self.look(branch, from, to, failure) } else { Err(failure) }
            }
        }
    }

    /// After a connection that broke: where the branch stands now says what happened.
    fn look(
        &self,
        branch: &BranchName,
        from: Option<Oid>,
        to: Option<Oid>,
        failure: Failure,
    ) -> Result<Pushed, Failure> {
        let reference = branch.reference();
        let args = ["ls-remote", "--refs", "--", self.git.url(), &reference];
        let Ok(answer) = self.git.run(&args, Vec::new()) else { return Err(failure) };
        if !answer.good {
            return Err(failure);
        }
        let text = String::from_utf8_lossy(&answer.stdout).into_owned();
        let now = text.split_whitespace().next().and_then(|id| id.parse::<Oid>().ok());
        if now == to {
            return Ok(Pushed::Landed { commit: to.map(|id| id.to_string()).unwrap_or_default() });
        }
        // Elsewhere: someone else's commit, perhaps on top of ours. Planning again tells: what has landed
        // changes nothing more.
        if now == from { Err(failure) } else { Ok(Pushed::Raced) }
    }

    fn declined(&self, branch: &BranchName, why: &str, said: &str) -> Failure {
        let remote: Vec<&str> =
            said.lines().filter_map(|line| line.strip_prefix("remote:")).map(str::trim).collect();
        let remote = remote.join(" ");
        let checked_out = why.contains("checked out");
        // Of a branch that is checked out git says a page.
        let detail = if remote.is_empty() || checked_out {
            String::new()
        } else {
            format!(": {}", self.git.brief(&remote))
        };
        let text =
            format!("{} declined the push to {branch} ({}){detail}", self.git.url(), self.git.scrub(why));
        let code = if checked_out { Code::BranchCheckedOut } else { Code::PushDeclined };
        let failure = Failure::new(code, text);
        if checked_out {
            return failure
                .hint("in a clone, pass the repository that it was cloned from, `--gitops \"$(git remote get-url origin)\"`, and pull afterwards")
                .hint(
                    "otherwise use a bare repository or a branch that is not checked out, or run \
                     `git config receive.denyCurrentBranch updateInstead` there",
                );
        }
        let failure = failure.hint("if the branch is protected, allow the token's user to push to it");
        // A branch beside is what `--pull-request` has pushed already.
        if *branch != self.branch || self.git.is_local() {
            return failure;
        }
        failure
            .hint("or leave the branch as it is, and propose the change in a pull request: `--pull-request`")
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Landed,
    Raced,
    Declined(String),
}

/// Reads one line of `git push --porcelain`: a flag, the refs, and the reason in brackets. `None` where it does
/// not say what became of the push. The flag is the same for a lost race and a refusal; the reason alone tells them
/// apart.
fn judge(line: &str, said: &str) -> Option<Verdict> {
    const LOST: &[&str] = &[
        "stale info",
        "fetch first",
        "non-fast-forward",
        "cannot lock ref",
        "failed to update ref",
        "incorrect old value",
        "reference already exists",
        "needs force",
        "remote ref updated since checkout",
        "unable to lock",
        "failed to lock",
    ];
    let reason =
        line.split_once("] (").map(|(_, reason)| reason.strip_suffix(')').unwrap_or(reason).to_owned());
    match line.chars().next()? {
        ' ' | '*' | '=' | '+' | '-' => Some(Verdict::Landed),
        '!' => {
            let reason = reason.unwrap_or_else(|| line.to_owned());
            // Some servers say no more than "failed", and the lost lock in their own words.
            let lost = LOST.iter().any(|pattern| reason.contains(pattern))
                || (reason == "failed" && LOST.iter().any(|pattern| said.contains(pattern)));
            if lost {
                return Some(Verdict::Raced);
            }
            // The server did not get to decide, or could not say what it had decided.
            const UNSURE: &[&str] =
                &["unpacker error", "failed to report", "nternal", "imeout", "timed out", "try again"];
            let unsure = line.contains("[remote failure]") || UNSURE.iter().any(|word| reason.contains(word));
            if unsure { None } else { Some(Verdict::Declined(reason)) }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_many_servers_are_understood() {
        let lost = [
            "! a:refs/heads/main\t[rejected] (stale info)",
            "! a:refs/heads/main\t[rejected] (fetch first)",
            "! a:refs/heads/main\t[remote rejected] (failed to update ref)",
            "! a:refs/heads/main\t[remote rejected] (incorrect old value provided)",
            "! a:refs/heads/main\t[remote rejected] (cannot lock ref 'refs/heads/main': is at 1 but expected 2)",
            "! a:refs/heads/main\t[remote rejected] (cannot lock ref 'x': Unable to create 'x.lock': File exists. (17))",
        ];
        for line in lost {
            assert_eq!(judge(line, ""), Some(Verdict::Raced), "{line}");
        }
        let declined = [
            ("! a:b\t[remote rejected] (pre-receive hook declined)", "pre-receive hook declined"),
            ("! a:b\t[remote rejected] (protected branch hook declined)", "protected branch hook declined"),
            (
                "! a:b\t[remote rejected] (push declined due to repository rule violations (2))",
                "push declined due to repository rule violations (2)",
            ),
        ];
        for (line, why) in declined {
            assert_eq!(judge(line, ""), Some(Verdict::Declined(why.to_owned())), "{line}");
        }
        for line in [
            "! a:b\t[remote failure] (remote failed to report status)",
            "! a:b\t[remote rejected] (Internal Server Error)",
            "Done",
            "",
        ] {
            assert_eq!(judge(line, ""), None, "{line}");
        }
        for line in [" \ta:b\t1..2", "*\ta:b\t[new branch]", "=\ta:b\t[up to date]", "-\t:b\t[deleted]"] {
            assert_eq!(judge(line, ""), Some(Verdict::Landed), "{line}");
        }
    }
}
