// The first page answers the launch itself; from here on it has the address of its own, so that it can be reloaded.
history.replaceState(null, "", document.querySelector("link[rel=canonical]").href);
