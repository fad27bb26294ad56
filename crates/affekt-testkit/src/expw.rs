//! `ExpW`: faces in the wild, several to a picture.

use crate::{Faces, Tree};

/// Seven pictures with nine faces, classes 0 to 6 and twice more: `party.jpg` shows three people, class 3 twice
/// and class 6. Boxes stand as top, left, right, bottom; that of face 2 reaches beyond the picture.
pub fn expw(tree: &Tree) {
    let faces = Faces::default();
    for (k, name) in
        (0..).zip(["angry_actor_104.jpg", "b.jpg", "c.jpg", "party.jpg", "e.jpg", "f.jpg", "g.jpg"])
    {
        tree.write(&format!("image/origin/{name}"), faces.jpeg(k, 40));
    }
    let list = "angry_actor_104.jpg 0 2 5 30 32 97.8565 0\n\
        b.jpg 0 1 2 33 34 12.5 1\n\
        c.jpg 0 4 4 36 36 60 2\n\
        party.jpg 0 3 1 15 20 88.01 3\n\
        party.jpg 1 4 18 34 24 70.5 6\n\
        party.jpg 2 -2 25 44 30 65.25 3\n\
        e.jpg 0 0 0 30 30 50 4\n\
        f.jpg 0 0 0 30 30 50 5\n\
        g.jpg 0 0 0 30 30 50 6\n";
    tree.write("label/label.lst", list);
}
