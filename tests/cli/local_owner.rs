//! In the local repository, too, an app is changed only from where it comes from; and what is registered is an address
//! that can be used.

use crate::sandbox::{APP, PLATFORM, Sandbox};

fn app(sandbox: &Sandbox, folder: &str, value: &str, origin: Option<&str>, time: u32) {
    sandbox.write(folder, &[(".cupaas", &format!("name: shop\n{APP}env: {{V: '{value}'}}\n"))]);
    let is_new = !sandbox.path(folder).join(".git").exists();
    sandbox.commit(folder, time);
    if let Some(origin) = origin.filter(|_| is_new) {
        sandbox.git(folder, &["remote", "add", "origin", origin]);
    }
}

/// The commit of the other app may be older or newer: neither is overwritten, nor called superseded.
#[test]
fn another_repositorys_app_of_the_same_name_is_refused() {
    let addresses = ["https://git.invalid/me/shop.git", "https://git.invalid/you/shop.git"];
    for (ours, theirs) in [(Some(addresses[0]), Some(addresses[1])), (None, None), (Some(addresses[0]), None)]
    {
        for time in [1_700_000_100, 1_700_000_300] {
            let sandbox = Sandbox::new();
            app(&sandbox, "ours", "1", ours, 1_700_000_200);
            app(&sandbox, "theirs", "2", theirs, time);
            sandbox.good(&["deploy", "ours"]);
            let bare = sandbox.path("home/cupaas/gitops.git").display().to_string();
            let before = sandbox.commits(&bare);
            let refused = sandbox.run(&["deploy", "theirs"]);
            assert_eq!(refused.code, Some(6), "{}{}", refused.stdout, refused.stderr);
            let said = &refused.stderr;
            assert!(
                said.contains("[owner-mismatch]") && said.contains("give this app another `name`"),
                "{said}"
            );
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                assert!(said.contains(ours) && said.contains(theirs), "{said}");
            }
            assert_eq!(sandbox.commits(&bare), before);
            // A way out.
            sandbox.good(&["remove", "--app", "shop", "--env", "production"]);
            sandbox.good(&["deploy", "theirs"]);
        }
    }
}

#[test]
fn a_folder_may_get_a_repository_later_and_move_it_by_saying_so() {
    let sandbox = Sandbox::new();
    sandbox.write("app", &[(".cupaas", &format!("name: shop\n{APP}"))]);
    sandbox.good(&["deploy", "app"]);
    app(&sandbox, "app", "1", None, 1_700_000_100);
    sandbox.good(&["deploy", "app"]);
    sandbox.git("app", &["remote", "add", "origin", "https://git.invalid/me/shop.git"]);
    app(&sandbox, "app", "2", None, 1_700_000_200);
    sandbox.good(&["deploy", "app"]);
    sandbox.git("app", &["remote", "set-url", "origin", "https://git.invalid/team/shop.git"]);
    app(&sandbox, "app", "3", None, 1_700_000_300);
    let refused = sandbox.run(&["deploy", "app"]);
    assert_eq!(refused.code, Some(6), "{}", refused.stderr);
    let stated = "--source-repository https://git.invalid/me/shop.git";
    assert!(refused.stderr.contains(stated), "{}", refused.stderr);
    sandbox.good(&[&["deploy", "app"], &stated.split(' ').collect::<Vec<_>>()[..]].concat());
}

#[test]
fn the_first_deploy_registers_whom_ssh_logs_in_as() {
    let sandbox = Sandbox::new();
    let gitops = sandbox.gitops(&[("cupaas.yaml", PLATFORM)]);
    app(&sandbox, "app", "1", Some("ssh://git@git.invalid/me/shop.git"), 1_700_000_100);
    sandbox.good(&["deploy", "app", "--gitops", &gitops]);
    let registered = sandbox.show(&gitops, "apps/shop.yaml");
    assert!(registered.contains("repository: ssh://git@git.invalid/me/shop.git"), "{registered}");
    // By another of its addresses it is the same one.
    sandbox.git("app", &["remote", "set-url", "origin", "https://git.invalid:3000/me/shop"]);
    app(&sandbox, "app", "2", None, 1_700_000_200);
    sandbox.good(&["deploy", "app", "--gitops", &gitops]);
}
