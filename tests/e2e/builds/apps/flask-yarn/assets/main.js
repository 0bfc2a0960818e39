document.body.dataset.built = "by the front end";
