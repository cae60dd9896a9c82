/** The name in `Name <mail>`, where pages have no room for more. */
export function nameOfPerson(person: string): string {
  return person.replace(/ *<[^<>]*>$/, '');
}
