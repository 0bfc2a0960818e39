//! What `new` proposes of an app's files: comments that hold once they are none.

use crate::sandbox::Sandbox;

/// A `.cupaas` with all that it proposes.
fn taken(text: &str) -> String {
    text.lines().map(|line| line.strip_prefix("# ").unwrap_or(line).to_owned() + "\n").collect()
}

const RAILS: [(&str, &str); 6] = [
    ("Gemfile", "source \"https://rubygems.org\"\n"),
    (
        "Gemfile.lock",
        "GEM\n  remote: https://rubygems.org/\n  specs:\n    activerecord (8.1.0)\n    pg (1.6.0)\n    puma (7.0.0)\n    \
         railties (8.1.0)\n    sidekiq (8.0.0)\n\nPLATFORMS\n  x86_64-linux\n",
    ),
    ("config.ru", "run Rails.application\n"),
    ("config/application.rb", "module Shop\nend\n"),
    ("config/puma.rb", "port ENV.fetch(\"PORT\", 3000)\n"),
    ("db/schema.rb", "ActiveRecord::Schema\n"),
];

#[test]
fn what_an_apps_files_speak_for_is_proposed_and_holds_once_it_is_taken() {
    let sandbox = Sandbox::new();
    sandbox.write("shop", &RAILS);
    let said = sandbox.good(&["new", "shop", "--forge", "none", "--service", "mongodb"]).stdout;
    for words in
        ["the service postgresql", "the service redis", "a release command", "SECRET_KEY_BASE", "worker"]
    {
        assert!(said.contains(words), "{words}: {said}");
    }
    let file = sandbox.path("shop/.cupaas");
    let text = std::fs::read_to_string(&file).unwrap();
    let expected = "runtime: ruby
services:
  - mongodb
## What the app's files speak for: remove the `# ` before what is right.
#   - postgresql
#   - redis
# release: bundle exec rails db:migrate
# secrets:
#   - SECRET_KEY_BASE
# processes:
#   web: {}
#   worker:
#     command: bundle exec sidekiq
";
    assert_eq!(text, expected);
    sandbox.good(&["init", "fleet"]);
    let explained = |what: &str| {
        let all = sandbox.good(&["explain", "shop", "--gitops", "fleet", "--env", "production"]).stdout;
        all.lines().any(|line| line.starts_with(what))
    };
    // Nothing of it is done as long as it is a comment.
    assert!(explained("suggested.processes.worker"));
    assert!(!explained("processes.worker.command"));
    std::fs::write(&file, taken(&text)).unwrap();
    for what in ["processes.web.command", "processes.worker.command", "services.redis", "release"] {
        assert!(explained(what), "{what}");
    }
    assert!(!explained("suggested."));
}

#[test]
fn what_a_procfile_says_already_is_not_proposed() {
    let sandbox = Sandbox::new();
    sandbox.write("shop", &RAILS);
    let procfile =
        "web: bundle exec puma\nwork: bundle exec sidekiq -q low\nrelease: bundle exec rails db:migrate\n";
    sandbox.write("shop", &[("Procfile", procfile)]);
    sandbox.good(&["new", "shop", "--forge", "none", "--service", "postgresql", "--service", "valkey"]);
    let text = std::fs::read_to_string(sandbox.path("shop/.cupaas")).unwrap();
    assert_eq!(
        taken(&text).lines().skip(5).collect::<Vec<_>>(),
        ["secrets:", "  - SECRET_KEY_BASE"],
        "{text}"
    );
}

#[test]
fn what_a_recipe_is_sure_of_is_written_as_what_holds() {
    let sandbox = Sandbox::new();
    let recipe = "summary: x\nmarkers: [shop.toml]\ndockerfile: Dockerfile.j2\nstart: [{command: \"serve: all\"}]\nsuggests:\n  \
                  services: [{service: redis, certain: true}, {service: kafka}]\n  \
                  release: [{command: \"prepare: it\", certain: true}]\n  \
                  variables: [{name: MODE, value: \"on\", certain: true}, {name: SIZE, value: \"3\"}]\n  \
                  processes: [{name: tidy, command: tidy --all, schedule: \"* * * * *\", certain: true}]\n";
    let files = [("recipe.yaml", recipe), ("Dockerfile.j2", "FROM x\n")];
    sandbox.write("fleet/catalog/runtimes/x", &files);
    sandbox.write("shop", &[("shop.toml", "")]);
    sandbox.good(&["new", "shop", "--forge", "none", "--gitops", "fleet"]);
    let text = std::fs::read_to_string(sandbox.path("shop/.cupaas")).unwrap();
    let expected = "runtime: x
services:
  - redis
## What the app's files speak for: remove the `# ` before what is right.
#   - kafka
release: \"prepare: it\"
env:
  MODE: \"on\"
#   SIZE: \"3\"
processes:
  web: {}
  tidy:
    command: tidy --all
    schedule: \"* * * * *\"
";
    assert_eq!(text, expected);
}
