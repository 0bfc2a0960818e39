//! The temporary repository's objects: read once, written once. Touches its object store alone; what is not
//! there is said to be missing, never fetched here.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use git2::{ErrorCode, ObjectType, Oid, Repository};

use crate::diagnostic::{Code, Failure};
use crate::git::objects::Tree;
use crate::git::stderr::internal;

/// The id of the tree without entries, 4b825dc….
const EMPTY_TREE: &[u8] = b"\x4b\x82\x5d\xc6\x42\xcb\x6e\xb9\xa0\x60\xe5\x4b\xf8\xd6\x92\x88\xfb\xee\x49\x04";

/// Objects by their ids.
pub(super) struct Store {
    pub(super) repository: Repository,
    /// A folder of ten thousand apps is half a megabyte to unpack and to check, on each walk.
    trees: RefCell<BTreeMap<Oid, Rc<Tree>>>,
}

impl Store {
    pub(super) fn new(repository: Repository) -> Self {
        Self { repository, trees: RefCell::default() }
    }

    /// Writes an object.
    pub(super) fn write(&self, kind: ObjectType, bytes: &[u8]) -> Result<Oid, Failure> {
        self.repository.odb().and_then(|odb| odb.write(kind, bytes)).map_err(internal)
    }

    /// Whether the object is here.
    pub(super) fn has(&self, id: Oid) -> Result<bool, Failure> {
        Ok(self.repository.odb().map_err(internal)?.exists(id))
    }

    /// A tree object, or `None` and its id among the missing.
    pub(super) fn tree(&self, id: Oid, missing: &mut BTreeSet<Oid>) -> Result<Option<Rc<Tree>>, Failure> {
        if let Some(tree) = self.trees.borrow().get(&id) {
            return Ok(Some(Rc::clone(tree)));
        }
        let Some(tree) = self.read_tree(id)? else {
            missing.insert(id);
            return Ok(None);
        };
        let tree = Rc::new(tree);
        self.trees.borrow_mut().insert(id, Rc::clone(&tree));
        Ok(Some(tree))
    }

    fn read_tree(&self, id: Oid) -> Result<Option<Tree>, Failure> {
        if id.as_bytes() == EMPTY_TREE {
            // git knows it without storing it, so a server need not send it.
            return Ok(Some(Tree::default()));
        }
        let odb = self.repository.odb().map_err(internal)?;
        match odb.read(id) {
            Ok(object) if object.kind() == ObjectType::Tree => {
                Tree::parse(object.data()).map(Some).ok_or_else(|| internal(format!("tree {id} is damaged")))
            }
            Ok(_) => Err(internal(format!("{id} is not a tree"))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(damaged(id, &error)),
        }
    }

    /// A file's content, or `None` where it is longer than `longest`.
    pub(super) fn blob(&self, id: Oid, longest: usize) -> Result<Option<Vec<u8>>, Failure> {
        let odb = self.repository.odb().map_err(internal)?;
        let (size, _) = odb.read_header(id).map_err(|error| damaged(id, &error))?;
        if size > longest {
            return Ok(None);
        }
        Ok(Some(odb.read(id).map_err(|error| damaged(id, &error))?.data().to_vec()))
    }
}

/// What was fetched has been looked at by git: this is an object of a repository that is read in place.
fn damaged(id: Oid, error: &git2::Error) -> Failure {
    let message = format!("the repository's object {id} is damaged: {}", error.message());
    Failure::new(Code::FetchIncomplete, message).hint("`git fsck` there says what else is")
}
