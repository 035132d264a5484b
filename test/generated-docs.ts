// The API's documents as the code says they should be.
import { errorsMarkdown } from '../src/api/http/error-codes.ts'
import { openApiDocument } from '../src/api/openapi.ts'
import { allOperations } from '../src/api/operations.ts'
import { VERSION } from '../src/api/version.ts'

export const OPENAPI_FILE = new URL('../docs/openapi.json', import.meta.url)
export const ERRORS_FILE = new URL('../docs/errors.md', import.meta.url)

export function openApi() {
  return openApiDocument({ version: VERSION, serverUrl: 'http://localhost:4000', operations: allOperations() })
}

export function openApiText(): string {
  return `${JSON.stringify(openApi(), null, 2)}\n`
}

export function errorsText(): string {
  return errorsMarkdown()
}
