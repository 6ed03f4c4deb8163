// The editor of rich text fields. Every field works without it, as a text area that takes Markdown.
//
// Other scripts: each change sets the text area NAME_html and lets it send a bubbling "input" event. An event
// "richtext:set" on that text area, with the HTML as its detail, shows that text; it sends no "input" event.

const fields = [...document.querySelectorAll("[data-rich-text]:not([data-rich-text-started])")];
fields.forEach((field) => field.setAttribute("data-rich-text-started", ""));

if (fields.length) {
  // The address comes from the page, because released files carry a digest in their names.
  const tiptap = await import(fields[0].dataset.richText);
  fields.forEach((field) => start(tiptap, field));
}

/** Shows the editor in ``field``. Whatever goes wrong before the last line leaves the text area as it was. */
function start(tiptap, field) {
  const markdown = field.querySelector("textarea:not([hidden])");
  const html = field.querySelector("textarea[hidden]");
  if (markdown.value !== markdown.defaultValue) return; // words typed before this file came stay where they are
  const hasFocus = document.activeElement === markdown;
  const hint = field.querySelector(".govuk-hint");
  const id = markdown.id || `${markdown.name}_editor`;
  const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
  const frame = create("div", {class: "app-editor__frame"});
  const place = create("div");

  const editor = new tiptap.Editor({
    element: place,
    extensions: vocabulary(tiptap),
    content: html.value,
    injectCSS: false,
    editorProps: {
      attributes: textboxAttributes(markdown, hint, label, id),
      transformPastedHTML: withoutStyles,
    },
    onUpdate() {
      html.value = editor.getHTML();
      html.dispatchEvent(new Event("input", {bubbles: true}));
    },
  });
  const link = linkForm(editor, id);
  const toolbar = makeToolbar(editor, link, id);

  html.addEventListener("richtext:set", (event) => {
    editor.commands.setContent(event.detail, {emitUpdate: false});
    html.value = editor.getHTML();
  });
  if (label) {
    label.id ||= `${id}_label`;
    label.addEventListener("click", () => editor.view.focus());
  }
  frame.classList.toggle("app-editor__frame--error", markdown.getAttribute("aria-invalid") === "true");
  frame.append(toolbar, link.element, place);

  markdown.id = `${id}_markdown`;
  markdown.hidden = markdown.disabled = hint.hidden = true;
  html.disabled = false;
  field.append(frame);
  if (hasFocus) editor.view.focus();
}

function create(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
  element.append(...children);
  return element;
}

function textboxAttributes(markdown, hint, label, id) {
  const described = (markdown.getAttribute("aria-describedby") ?? "").split(" ").filter((name) => name !== hint.id);
  const attributes = {
    id,
    class: "app-editor__text app-prose",
    role: "textbox",
    "aria-multiline": "true",
    "aria-describedby": described.join(" "),
    "aria-invalid": markdown.getAttribute("aria-invalid") ?? "",
    "aria-required": markdown.required ? "true" : "",
    "aria-labelledby": label ? label.id || `${id}_label` : "",
    "aria-label": label ? "" : markdown.getAttribute("aria-label") ?? "Text",
  };
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value));
}

/** Pasted HTML without style attributes, which the policy of the page refuses even while they are only read. */
function withoutStyles(html) {
  return html.replace(/<style[\s\S]*?<\/style>/gi, "").replace(/(<[^>]*?)\sstyle=("[^"]*"|'[^']*')/gi, "$1");
}

// The vocabulary of priorities/text.py.

function vocabulary({Node, Mark, ...tiptap}) {
  return [
    tiptap.Document, tiptap.Paragraph, tiptap.Text, tiptap.HardBreak, tiptap.Bold, tiptap.Italic, tiptap.UndoRedo,
    tiptap.Gapcursor, tiptap.Heading.configure({levels: [3, 4]}), tiptap.BulletList, orderedList(Node, tiptap),
    // Tab leaves the editor, in lists and tables too.
    tiptap.ListItem.extend({
      addKeyboardShortcuts() {
        return {Enter: () => this.editor.commands.splitListItem(this.name)};
      },
    }),
    table(tiptap), tiptap.TableRow, cell(tiptap.TableHeader), cell(tiptap.TableCell),
    linkMark(Mark), noteReference(Node),
  ];
}

function orderedList(Node, {wrappingInputRule}) {
  return Node.create({
    name: "orderedList",
    group: "block list",
    content: "listItem+",
    parseHTML: () => [{tag: "ol"}],
    renderHTML: () => ["ol", 0],
    addInputRules() {
      return [wrappingInputRule({find: /^1\.\s$/, type: this.type})];
    },
  });
}

function table({Table}) {
  return Table.extend({
    addAttributes: () => ({
      caption: {default: null, parseHTML: (element) => element.querySelector(":scope > caption")?.textContent || null},
    }),
    parseHTML: () => [{tag: "table"}, {tag: "caption", ignore: true}],
    renderHTML: ({node}) =>
      node.attrs.caption ? ["table", ["caption", node.attrs.caption], ["tbody", 0]] : ["table", ["tbody", 0]],
    addNodeView: null,
    addKeyboardShortcuts: () => ({}),
  });
}

function cell(base) {
  const number = (name) => ({
    default: 1,
    parseHTML: (element) => Number(element.getAttribute(name)) || 1,
    renderHTML: (attributes) => (attributes[name] > 1 ? {[name]: attributes[name]} : {}),
  });
  return base.extend({
    addAttributes: () => ({colspan: number("colspan"), rowspan: number("rowspan"), scope: {default: null}}),
    renderHTML: ({HTMLAttributes}) => [base.name === "tableHeader" ? "th" : "td", HTMLAttributes, 0],
  });
}

function linkMark(Mark) {
  return Mark.create({
    name: "link",
    inclusive: false,
    addAttributes: () => ({href: {default: null}}),
    parseHTML: () => [{tag: "a[href]", getAttrs: (element) => isAddress(element.getAttribute("href")) && null}],
    renderHTML: ({HTMLAttributes}) => ["a", HTMLAttributes, 0],
  });
}

function isAddress(text) {
  return /^(https?:\/\/|mailto:|\/)[^\s]+$/i.test(text);
}

function noteReference(Node) {
  return Node.create({
    name: "noteReference",
    group: "inline",
    inline: true,
    atom: true,
    addAttributes: () => ({"data-note": {default: null}}),
    parseHTML: () => [{tag: "sup[data-note]"}],
    renderHTML: ({HTMLAttributes}) => ["sup", HTMLAttributes],
  });
}

// The toolbar: one stop of the Tab key; the arrow keys move within it.

function makeToolbar(editor, link, id) {
  const actions = [
    {name: "Bold", run: () => focused(editor).toggleMark("bold").run(), active: "bold"},
    {name: "Bullets", run: () => focused(editor).toggleList("bulletList", "listItem").run(), active: "bulletList"},
    {name: "Numbers", run: () => focused(editor).toggleList("orderedList", "listItem").run(), active: "orderedList"},
    {name: "Link", run: link.open, active: "link"},
    {name: "Undo", run: () => editor.commands.undo(), possible: () => editor.can().undo()},
    {name: "Redo", run: () => editor.commands.redo(), possible: () => editor.can().redo()},
  ];
  const toolbar = create("div", {
    class: "app-editor__toolbar", role: "toolbar", "aria-label": "Formatting", "aria-controls": id,
  });
  const buttons = actions.map(({name}, index) => create("button", {
    type: "button", class: "app-editor__button", tabindex: index ? "-1" : "0",
  }, name));
  toolbar.append(...buttons);

  const show = () => actions.forEach(({active, possible}, index) => {
    if (active) buttons[index].setAttribute("aria-pressed", editor.isActive(active));
    if (possible) buttons[index].setAttribute("aria-disabled", !possible());
  });
  actions.forEach(({run}, index) => {
    buttons[index].addEventListener("mousedown", (event) => event.preventDefault());
    buttons[index].addEventListener("click", run);
  });
  toolbar.addEventListener("keydown", (event) => moveFocus(event, buttons));
  editor.on("transaction", show);
  show();
  return toolbar;
}

/** A chain of commands, with the focus in the text at once: Tiptap's own "focus" waits for the next frame. */
function focused(editor) {
  editor.view.focus();
  return editor.chain();
}

function moveFocus(event, buttons) {
  const now = buttons.indexOf(document.activeElement);
  const next = {ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: -1}[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const target = buttons.at(next % buttons.length);
  buttons.forEach((button) => button.setAttribute("tabindex", button === target ? "0" : "-1"));
  target.focus();
}

// The address of a link, asked for between the toolbar and the text.

function linkForm(editor, id) {
  const input = create("input", {
    class: "govuk-input", id: `${id}_address`, type: "text", inputmode: "url", autocomplete: "off", spellcheck: "false",
    "aria-describedby": `${id}_address_error`,
  });
  const error = create("p", {class: "govuk-error-message", id: `${id}_address_error`, role: "alert"});
  const button = (name, style = "govuk-button--secondary") =>
    create("button", {type: "button", class: `govuk-button ${style}`}, name);
  const apply = button("Save link", "");
  const remove = button("Remove link");
  const cancel = button("Cancel");
  const element = create("div", {class: "app-editor__link", role: "group", "aria-label": "Link", hidden: ""},
    create("label", {class: "govuk-label govuk-label--s", for: input.id}, "Web address"),
    error, input, create("div", {class: "govuk-button-group"}, apply, remove, cancel));

  const say = (problem) => {
    error.textContent = problem;
    error.hidden = !problem;
    input.classList.toggle("govuk-input--error", Boolean(problem));
    input.setAttribute("aria-invalid", Boolean(problem));
  };
  const close = () => {
    element.hidden = true;
    return focused(editor);
  };
  const save = () => {
    const href = completed(input.value.trim());
    if (!isAddress(href)) {
      say("Enter a web address, like www.example.org");
      input.focus();
    } else if (editor.state.selection.empty && !editor.isActive("link")) {
      close().insertContent({type: "text", text: input.value.trim(), marks: [{type: "link", attrs: {href}}]}).run();
    } else {
      close().extendMarkRange("link").setMark("link", {href}).run();
    }
  };
  const open = () => {
    say("");
    input.value = editor.getAttributes("link").href ?? "";
    remove.hidden = !editor.isActive("link");
    element.hidden = false;
    input.focus();
  };

  apply.addEventListener("click", save);
  remove.addEventListener("click", () => close().extendMarkRange("link").unsetMark("link").run());
  cancel.addEventListener("click", () => close().run());
  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close().run();
    if (event.key === "Enter" && event.target === input) {
      event.preventDefault(); // it would send the whole form
      save();
    }
  });
  // Not a part of the form that the person fills in.
  ["input", "change"].forEach((type) => element.addEventListener(type, (event) => event.stopPropagation()));
  return {element, open};
}

function completed(address) {
  if (/^[^\s@/:]+@[^\s@/]+$/.test(address)) return `mailto:${address}`;
  return /^[\w-]+(\.[\w-]+)+([/?#:].*)?$/.test(address) ? `https://${address}` : address;
}
