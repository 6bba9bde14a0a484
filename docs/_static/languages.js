// The other language's page opens at the same section, and with the same search.
document.querySelectorAll(".languages a").forEach((link) => {
  link.addEventListener("click", () => {
    const address = new URL(link.href);
    address.hash = location.hash;
    address.search = location.search;
    link.href = address.href;
  });
});
