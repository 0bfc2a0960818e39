//! The commands that the README prints for after the first deploy, word for word and in their order.

use super::world::World;
use crate::sandbox::APP;

const SETTINGS: &str = "environments:\n  production: {cluster: home, domain: apps.example.cu}\n\
    \x20 staging: {cluster: home, domain: apps.example.cu}\nregistry: {prefix: registry.example.cu/team}\n";

/// The commands of the block behind a heading.
fn commands(readme: &str, heading: &str) -> Vec<Vec<String>> {
    let (_, rest) = readme.split_once(heading).expect("the heading");
    let block = rest.split("```").nth(1).expect("a block");
    let lines = block.lines().filter_map(|line| line.strip_prefix("cupaas "));
    let words = |line: &str| {
        let line = line.split("  #").next().unwrap().trim();
        let quoted: Vec<&str> = line.split('"').collect();
        let mut words: Vec<String> = quoted[0].split_whitespace().map(str::to_owned).collect();
        words.extend(quoted.get(1).map(|text| (*text).to_owned()));
        words
    };
    lines.map(words).collect()
}

#[test]
fn what_the_readme_says_of_two_environments_works_as_it_is_printed() {
    for (readme, heading) in [
        (include_str!("../../README.md"), "\n## After the first deploy\n"),
        (include_str!("../../README.es.md"), "\n## Después del primer despliegue\n"),
    ] {
        let world = World::new(&[("cupaas.yaml", SETTINGS)]);
        world.sandbox.write("tasks", &[(".cupaas", &format!("name: tasks\n{APP}"))]);
        for (environment, digit) in [("production", "1"), ("staging", "2")] {
            let image = format!("registry.example.cu/team/tasks@sha256:{}", digit.repeat(64));
            let url = "https://git.example.cu/team/tasks.git";
            let given = ["--env", environment, "--source-repository", url, "--image", &image];
            world.json(&[&["deploy", "tasks"], given.as_slice()].concat());
        }
        let commands = commands(readme, heading);
        let ran: Vec<&str> = commands.iter().map(|words| words[0].as_str()).collect();
        assert_eq!(
            ran,
            ["diff", "deploy", "status", "logs", "history", "promote", "history", "rollback", "scale"]
        );
        // The first two take the environment of the branch that is checked out, and here is none.
        for words in &commands[2..] {
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            // Where no kubectl is.
            words.extend((words[0] == "logs").then_some("--print"));
            world.good(&words);
        }
        let deployed = world.show("deploy/production/tasks/app/deployment-web.yaml");
        assert!(deployed.contains("replicas: 3") && deployed.contains(&"1".repeat(64)), "{deployed}");
    }
}
