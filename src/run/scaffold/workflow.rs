//! The workflow that deploys an app: of which forge it is, where in the repository it belongs, and what it says of an app
//! that is not at the repository's top.

use crate::diagnostic::Code;
use std::path::{Path, PathBuf};

use crate::diagnostic::Failure;
use crate::forge::Forge;
use crate::git::Source;
use crate::names::hash;
use crate::run::scaffold::build_inputs::BuildInputs;
use crate::run::scaffold::options::WorkflowChoice;

// The examples themselves: what people get is what is looked at and run.
const GITHUB: &str = include_str!("../../../examples/deploy/.github/workflows/deploy.yaml");
const GITEA: &str = include_str!("../../../examples/deploy/.gitea/workflows/deploy.yaml");
const FORGEJO: &str = include_str!("../../../examples/deploy/.forgejo/workflows/deploy.yaml");

const CHANGES: &str = include_str!("../../../CHANGELOG.md");

/// Where this program is older than the first release, what has to be changed in the workflow until then: it names the
/// action by the tag of releases.
pub(super) fn until_released() -> Option<&'static str> {
    let released =
        CHANGES.lines().any(|line| line.starts_with("## [") && !line.starts_with("## [Unreleased]"));
    (!released).then_some(
        "until cupaas has a release, there is no tag v0: in the workflow, write cupaas@main for each cupaas@v0, and \
         `build: true` below each `with:` of it",
    )
}

/// A workflow that can be written.
#[derive(Debug)]
pub(super) struct Workflow {
    /// Whose it is.
    pub(super) forge: Forge,
    /// Why it is that one's, where nobody has said so.
    pub(super) taken: Option<String>,
    /// Where it belongs.
    pub(super) file: PathBuf,
    pub(super) text: String,
}

/// The workflow for the app in `folder`, for the forge that is `options` for or the one that the repository tells; none
/// where none is asked for.
///
/// # Errors
/// `Usage` where the folder's path is nothing that a workflow could name.
pub(super) fn of(
    folder: &Path,
    options: WorkflowChoice,
    inputs: &BuildInputs,
) -> Result<Option<Workflow>, Failure> {
    if options == WorkflowChoice::None {
        return Ok(None);
    }
    let source = Source::read(folder)?;
    // A forge reads workflows at the repository's top alone.
    let depth = source.path.split('/').filter(|part| !part.is_empty()).count();
    let whole = folder.canonicalize().ok().filter(|_| depth > 0);
    let top = whole.as_deref().and_then(|whole| whole.ancestors().nth(depth)).unwrap_or(folder);
    let (forge, taken) = match options {
        WorkflowChoice::For(forge) => (forge, None),
        WorkflowChoice::Detected | WorkflowChoice::None => guess(&source, top),
    };
    let (hidden, text) = match forge {
        Forge::Gitea => (".gitea", GITEA),
        Forge::Forgejo => (".forgejo", FORGEJO),
        Forge::Github => (".github", GITHUB),
    };
    let text = inputs.clone().into_workflow(text);
    if depth == 0 {
        let file = top.join(hidden).join("workflows/deploy.yaml");
        return Ok(Some(Workflow { forge, taken, file, text }));
    }
    let name = named(&source.path).ok_or_else(|| {
        let message = format!("no workflow can be written for the folder {:?}", source.path);
        let hint = "use letters, digits, spaces and `-_.@`, or skip the workflow: --forge none";
        Failure::new(Code::UnsupportedFolderName, message).hint(hint)
    })?;
    let file = format!("{hidden}/workflows/deploy-{name}.yaml");
    let text = below(&text, &source.path, &name, &file);
    Ok(Some(Workflow { forge, taken, file: top.join(file), text }))
}

/// The forge that a repository is on, by its address, else by the folder of a forge that is there; and why.
fn guess(source: &Source, top: &Path) -> (Forge, Option<String>) {
    let (forge, word) = match source.repository.as_deref().and_then(Forge::of_address) {
        Some(forge) => (forge, forge.title()),
        None => {
            // Gitea and Forgejo read .github/ too, so that this one says least.
            let folders = [
                (".forgejo", Forge::Forgejo, "Forgejo"),
                (".gitea", Forge::Gitea, "Gitea"),
                (".github", Forge::Github, "GitHub"),
            ];
            let there = folders.into_iter().find(|(folder, ..)| top.join(folder).is_dir());
            let (forge, taken) = match there {
                Some((folder, forge, word)) => (forge, format!("for {word}, because {folder}/ exists")),
                None => (Forge::Github, "for GitHub, because nothing points to another forge".to_owned()),
            };
            return (forge, Some(format!("{taken}; for another forge: --forge")));
        }
    };
    let address = source.repository.as_deref().unwrap_or_default();
    (forge, Some(format!("for {word}, because origin is {address}; for another forge: --forge")))
}

/// What an app's workflow, its jobs and its image are called, by its folder's path: no two of a repository alike. None
/// where a workflow would take the path for something else: a pattern, an expression.
fn named(path: &str) -> Option<String> {
    let fits = |c: char| c.is_alphanumeric() || " -_.@/".contains(c);
    if !path.chars().all(fits) {
        return None;
    }
    // What an image may be called: words of small letters and digits with one sign between (OCI distribution
    // specification, "Pulling manifests").
    let word =
        |run: &str| !run.is_empty() && run.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if path.split('/').all(|part| part.split(['-', '_']).all(word)) {
        return Some(path.replace('/', "."));
    }
    let plain = path.to_lowercase();
    let words: Vec<&str> =
        plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|run| word(run)).collect();
    let hash = hash(path, 8);
    Some(words.iter().copied().chain([hash.as_str()]).collect::<Vec<_>>().join("-"))
}

/// The workflow of an app at a repository's top → the one of an app in a folder of it: it has its own name, queue and
/// image, and runs where something in the folder has changed.
fn below(workflow: &str, path: &str, name: &str, file: &str) -> String {
    let paths = format!("    paths: [\"{path}/**\", \"{file}\"]\n");
    // Each stands once in every example, which a test sees to.
    let changes = [
        ("name: deploy\n", format!("name: \"deploy {path}\"\n")),
        (
            "    branches: [main]\n  pull_request:\n",
            format!("    branches: [main]\n{paths}  pull_request:\n{paths}"),
        ),
        ("group: deploy-", format!("group: deploy-{name}-")),
        (GITOPS, format!("{GITOPS}  # The app's folder.\n  FOLDER: \"{path}\"\n")),
        (
            "          command: diff\n",
            "          command: diff\n          folder: ${{ env.FOLDER }}\n".to_owned(),
        ),
        ("image=$IMAGE:", format!("image=$IMAGE-{name}:")),
        // A folder may begin with `-`.
        ("$(cupaas dockerfile)", "$(cupaas dockerfile \"./$FOLDER\")".to_owned()),
        ("--file - .\n", "--file - \"./$FOLDER\"\n".to_owned()),
        (IMAGE, format!("          folder: ${{{{ env.FOLDER }}}}\n{IMAGE}")),
    ];
    changes.iter().fold(workflow.to_owned(), |text, (from, to)| text.replacen(from, to, 1))
}

const GITOPS: &str = "  CUPAAS_GITOPS: ${{ vars.CUPAAS_GITOPS }}\n";
const IMAGE: &str = "          image: ${{ steps.build.outputs.image }}\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workflow_below_the_top_says_the_folder_wherever_it_matters() {
        for example in [GITHUB, GITEA, FORGEJO] {
            let text = below(example, "services/my shop", "x", "file.yaml");
            let missing: Vec<&str> = [
                "\nname: \"deploy services/my shop\"\n",
                "  push:\n    branches: [main]\n    paths: [\"services/my shop/**\", \"file.yaml\"]\n",
                "  pull_request:\n    paths: [\"services/my shop/**\", \"file.yaml\"]\n",
                "  group: deploy-x-${{ github.ref }}\n",
                "  FOLDER: \"services/my shop\"\n",
                "          command: diff\n          folder: ${{ env.FOLDER }}\n",
                "          image=$IMAGE-x:$GITHUB_SHA\n",
                "          dockerfile=$(cupaas dockerfile \"./$FOLDER\")\n",
                " docker build --tag \"$image\" --file - \"./$FOLDER\"\n",
                "          folder: ${{ env.FOLDER }}\n          image: ${{ steps.build.outputs.image }}\n",
            ]
            .into_iter()
            .filter(|part| text.matches(part).count() != 1)
            .collect();
            assert!(missing.is_empty(), "{missing:?} in\n{text}");
            let value: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
            assert_eq!(value["env"]["FOLDER"], "services/my shop");
        }
    }

    #[test]
    fn no_two_folders_have_one_name() {
        let name = |path: &str| named(path).unwrap_or_default();
        assert_eq!(name("shop"), "shop");
        assert_eq!(name("services/shop-api"), "services.shop-api");
        assert_eq!(name("my_app"), "my_app");
        assert!(name("My App").starts_with("my-app-"), "{}", name("My App"));
        let odd = ["a/b", "a-b", "a.b", "A/b", "a b", "a--b", "ñ", "-", "a/-b"];
        let names: std::collections::BTreeSet<String> = odd.iter().map(|path| name(path)).collect();
        assert_eq!(names.len(), odd.len(), "{names:?}");
        for none in ["a${{ x }}", "a\"b", "a*", "a\nb", "!a", "a\\b"] {
            assert_eq!(named(none), None, "{none}");
        }
    }
}
