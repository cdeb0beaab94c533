/** The page's address holds its settings, so that it can be kept and sent. */

type Field = HTMLInputElement | HTMLSelectElement;

function fieldsOf(form: HTMLFormElement): Field[] {
  return Array.from(form.elements).filter(
    (element): element is Field =>
      (element instanceof HTMLSelectElement ||
        (element instanceof HTMLInputElement && !['file', 'search'].includes(element.type))) &&
      keyOf(element) !== '',
  );
}

const keyOf = ({ id, name }: Field): string => id || name;

const isSwitch = (field: Field): field is HTMLInputElement =>
  field instanceof HTMLInputElement && ['checkbox', 'radio'].includes(field.type);

/** What the address says of a field; undefined where the field is as the page has it. */
function saidOf(field: Field): string | undefined {
  if (isSwitch(field)) {
    if (field.checked === field.defaultChecked) return undefined;
    if (field.type === 'checkbox') return field.checked ? 'yes' : 'no';
    return field.checked ? field.value : undefined;
  }
  if (field instanceof HTMLInputElement) {
    return field.value === field.defaultValue ? undefined : field.value;
  }
  const usual = Array.from(field.options).find(({ defaultSelected }) => defaultSelected);
  return field.value === (usual ?? field.options[0]).value ? undefined : field.value;
}

function take(field: Field, said: string): void {
  if (isSwitch(field)) {
    field.checked = field.type === 'checkbox' ? said === 'yes' : said === field.value;
    return;
  }
  const before = field.value;
  field.value = said;
  // Whatever an address may hold, a form holds what it can be used with.
  if (field.value !== said || !field.checkValidity()) field.value = before;
}

/** Fills a form's fields from the address, and keeps the address up to date with them from then on. */
export function keepInAddress(form: HTMLFormElement): void {
  const given = new URLSearchParams(location.search);
  for (const field of fieldsOf(form)) {
    const said = given.get(keyOf(field));
    if (said !== null) take(field, said);
  }
  form.addEventListener('change', () => {
    const address = new URL(location.href);
    for (const field of fieldsOf(form)) address.searchParams.delete(keyOf(field));
    for (const field of fieldsOf(form)) {
      const said = saidOf(field);
      if (said !== undefined) address.searchParams.set(keyOf(field), said);
    }
    history.replaceState(null, '', address);
  });
}
