//! `init`: `cupaas.yaml`, the cluster's entry point, and, where Flux delivers, an age identity outside the repository.

use crate::diagnostic::Code;
use crate::image_name::REGISTRY;
use std::path::Path;

use serde_json::json;

use crate::diagnostic::Failure;
use crate::git::{self, RepositoryUrl, Source};
use crate::load::platform::Delivery;
use crate::load::scalars::{Host, Name};
use crate::outcome::Wrote;
use crate::run::files::{read_secret, write_new};
use crate::run::scaffold::options::InitOptions;
use crate::run::scaffold::{consent, detected};
use crate::tree::{Files, RepoPath};
use crate::{expression, seal};

const PLATFORM: &str = include_str!("../../../templates/scaffold/cupaas.yaml.j2");
const FLUX: &str = include_str!("../../../templates/scaffold/flux.yaml.j2");
const ARGOCD: &str = include_str!("../../../templates/scaffold/argocd.yaml.j2");
const README: &str = include_str!("../../../templates/scaffold/README.md.j2");

/// Stands for an identity that is made by the first deploy.
pub(super) const RECIPIENT_LATER: &str = "";

/// Stands for an address that nobody knows yet.
pub(super) const EXAMPLE: &str = "ssh://git@git.example.com/me/gitops.git";

/// What a platform's first files say.
pub(super) struct Platform<'a> {
    pub(super) delivery: Delivery,
    pub(super) domain: &'a str,
    pub(super) cluster: &'a str,
    pub(super) registry: &'a str,
    pub(super) url: &'a str,
    /// Empty where nobody knows.
    pub(super) branch: &'a str,
    pub(super) recipient: &'a str,
}

/// The first files of a GitOps repository.
pub(super) fn files(platform: &Platform<'_>) -> Result<Files, Failure> {
    let scope = json!({
        "domain": platform.domain, "cluster": platform.cluster, "registry": platform.registry,
        "url": platform.url, "recipient": platform.recipient, "delivery": platform.delivery,
        "branch": platform.branch,
    });
    let internal = |message: String| Failure::new(Code::InternalError, message);
    // The engine drops the last newline of a template.
    let text = |template: &str| expression::text(template, &scope).map(|text| text + "\n").map_err(internal);
    let path = |text: &str| RepoPath::new(text).map_err(|error| internal(error.to_string()));
    let entry_point = match platform.delivery {
        Delivery::Flux => FLUX,
        Delivery::Argocd => ARGOCD,
    };
    Ok([
        (path("cupaas.yaml")?, text(PLATFORM)?),
        (path("README.md")?, text(README)?),
        (path(&format!("bootstrap/{}.yaml", platform.cluster))?, text(entry_point)?),
        // The engine watches this folder, also while nothing is deployed.
        (path(&format!("clusters/{}/.gitkeep", platform.cluster))?, String::new()),
    ]
    .into())
}

/// `cupaas init`.
///
/// # Errors
/// Words that no platform can have, or a disk that refuses.
pub(crate) fn init(options: &InitOptions, home: &Path) -> Result<Wrote, Failure> {
    checked("--domain", &options.domain, Host::PATTERN, Host::HINT)?;
    checked("--cluster", &options.cluster, Name::PATTERN, Name::HINT)?;
    checked(
        "--registry",
        &options.registry,
        REGISTRY,
        "a registry's host and path, without https://, such as git.example.cu/me",
    )?;
    not_an_apps(options)?;
    let origin = reached_as(&options.folder);
    let url = options.url.as_deref().or(origin.as_deref()).unwrap_or(EXAMPLE);
    RepositoryUrl::parse(url, &options.folder)?;
    checked("--url", url, r#"^[^\s"'\\{}]+$"#, "an address without spaces and quotes")?;
    let branch = git::branch_of(&options.folder).map(|branch| scalar(&branch)).unwrap_or_default();
    let mut wrote = Wrote::default();
    let recipient = match options.delivery {
        Delivery::Flux => identity(home, &mut wrote)?,
        Delivery::Argocd => String::new(),
    };
    let files = files(&Platform {
        delivery: options.delivery,
        domain: &options.domain,
        cluster: &options.cluster,
        registry: &options.registry,
        url,
        branch: &branch,
        recipient: &recipient,
    })?;
    for (path, text) in files {
        write_new(&mut wrote, options.folder.join(path.as_str()), &text, 0o644)?;
    }
    wrote.next = match options.delivery {
        Delivery::Flux => flux_next(options, url, home),
        Delivery::Argocd => argocd_next(options, url),
    };
    Ok(wrote)
}

/// Looks that the folder is none of an app, or that somebody wants it to be both; on a terminal they are asked.
fn not_an_apps(options: &InitOptions) -> Result<(), Failure> {
    let folder = &options.folder;
    if options.allow_app_folder || folder.join("cupaas.yaml").exists() {
        return Ok(());
    }
    let Some(file) = detected::app_in(folder) else { return Ok(()) };
    let here = folder.canonicalize().unwrap_or_else(|_| folder.clone());
    let message = format!("{} is an app's folder: it has {file}", here.display());
    let question = format!("{message}. Begin the GitOps repository of a platform here all the same?");
    match consent::asked(&question) {
        Some(true) => Ok(()),
        Some(false) | None => Err(Failure::new(Code::AppInFolder, message + "; nothing was written")
            .hint("for the app itself: `cupaas new`")
            .hint("for a platform, a repository of its own: `git init ../gitops && cupaas init ../gitops`")
            .hint("to have both in this folder: `cupaas init --allow-app-folder`")),
    }
}

/// The address that the folder's clone has, where others can reach it too: Flux takes ssh's in its long form alone.
fn reached_as(folder: &Path) -> Option<String> {
    let origin = Source::read(folder).ok().filter(|source| source.path.is_empty())?.repository?;
    let address =
        RepositoryUrl::read(&origin, folder).ok().filter(|address| !address.is_on_this_machine())?;
    let text = address.as_str();
    match text.split_once(':').filter(|_| !text.contains("://")) {
        Some((host, path)) => Some(format!("ssh://{host}/{}", path.trim_start_matches('/'))),
        None => Some(text.to_owned()),
    }
}

/// A branch's name as YAML has it: `1.0` and `on` are none without quotes.
fn scalar(branch: &str) -> String {
    let plain = branch.len() > 4 || branch == "main" || branch == "live";
    let simple = branch.starts_with(|c: char| c.is_ascii_lowercase())
        && branch.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if plain && simple && branch != "false" { branch.to_owned() } else { json!(branch).to_string() }
}

fn flux_next(options: &InitOptions, url: &str, home: &Path) -> Vec<String> {
    vec![
        "commit and push this folder".to_owned(),
        format!(
            "give the identity to the cluster: kubectl -n flux-system create secret generic sops-age \
             --from-file=age.agekey={}",
            home.join("age").join("keys.txt").display()
        ),
        format!(
            "let Flux read the repository: flux create secret git cupaas --url={url} (by https also --username and \
             --password; by ssh, let the key that it prints read the repository)"
        ),
        // Without it a fix waits until a broken version has used up its time: 5 minutes of a Deployment, 15 of Flux.
        format!(
            "let a new commit end the wait for a broken one, and look every 5 s whether a release command is done: \
             kubectl -n flux-system patch deployment kustomize-controller --type json -p '[{},{}]'",
            argument("--feature-gates=CancelHealthCheckOnNewRevision=true"),
            argument("--requeue-dependency=5s"),
        ),
        format!("let Flux watch the folder: kubectl apply -f bootstrap/{}.yaml", options.cluster),
        "to hear what becomes of rollouts (`cupaas wait`): add `status: {secret: forge-token, forge: gitea}` (or \
         forgejo, github) below `flux` in cupaas.yaml, and give the cluster a token that may set commit statuses: \
         read -rs TOKEN && printf %s \"$TOKEN\" | kubectl -n flux-system create secret generic forge-token \
         --from-file=token=/dev/stdin"
            .to_owned(),
        "keep a copy of the identity somewhere safe: without it no credential can be read".to_owned(),
    ]
}

/// A patch that adds an argument to kustomize-controller.
fn argument(value: &str) -> String {
    format!(r#"{{"op":"add","path":"/spec/template/spec/containers/0/args/-","value":"{value}"}}"#)
}

fn argocd_next(options: &InitOptions, url: &str) -> Vec<String> {
    vec![
        "commit and push this folder".to_owned(),
        format!("where it is private, let Argo CD read it: argocd repo add {url} …"),
        // Without it a sync that waits for a database that never comes up waits for ever, and newer commits with it.
        "bound how long a sync may wait: kubectl -n argocd patch configmap argocd-cmd-params-cm --type merge -p \
         '{\"data\":{\"controller.sync.timeout.seconds\":\"1800\"}}' && kubectl -n argocd rollout restart \
         statefulset argocd-application-controller"
            .to_owned(),
        format!("let Argo CD watch the folder: kubectl apply -f bootstrap/{}.yaml", options.cluster),
        "put each service's Secret into its app's namespace, by default <service>-credentials".to_owned(),
    ]
}

fn checked(flag: &str, value: &str, pattern: &str, hint: &str) -> Result<(), Failure> {
    match regex_lite::Regex::new(pattern) {
        Ok(regex) if regex.is_match(value) => Ok(()),
        _ => Err(Failure::new(Code::InvalidArgument, format!("{flag}: {value:?} is not valid")).hint(hint)),
    }
}

/// The public key of the identity below `home`, which is made where there is none. Two runs at once end with one.
pub(super) fn identity(home: &Path, wrote: &mut Wrote) -> Result<String, Failure> {
    let path = home.join("age").join("keys.txt");
    let before = wrote.written.len();
    let identity = seal::make_identity();
    write_new(wrote, path.clone(), &identity.key_file(), 0o600)?;
    if wrote.written.len() > before {
        return Ok(identity.recipient.to_string());
    }
    let text = read_secret(&path);
    let public = text.lines().find_map(|line| line.strip_prefix("# public key: ").map(str::to_owned));
    public.ok_or_else(|| {
        Failure::new(Code::InvalidKeyFile, format!("{} has no public key", path.display()))
            .hint("add the line `# public key: age1…`, as age-keygen writes it")
    })
}
