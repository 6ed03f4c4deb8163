// Every page works without this file. It switches on the enhancements of the vendored components.

const supported = "noModule" in HTMLScriptElement.prototype;

if (supported) {
  document.body.classList.add("js-enabled", "govuk-frontend-supported");
  // The address comes from the page, because released files carry a digest in their names.
  const { initAll } = await import(document.getElementById("govuk-frontend").href);
  initAll();
}
