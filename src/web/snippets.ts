// The quickstart's calls, filled in for this installation.
export interface SnippetValues {
  publicUrl: string
  devId: string
  /** What stands for it while it is hidden. */
  apiKey: string
}

export const LANGUAGES = [
  ['curl', 'cURL'],
  ['node', 'Node'],
  ['python', 'Python'],
] as const

export type Language = (typeof LANGUAGES)[number][0]

export function snippet(language: Language, { publicUrl, devId, apiKey }: SnippetValues): string {
  switch (language) {
    case 'curl':
      return `curl -X POST ${publicUrl}/v2/auth/generateWidgetSession \\
  -H 'content-type: application/json' \\
  -H 'dev-id: ${devId}' \\
  -H 'x-api-key: ${apiKey}' \\
  -d '{"reference_id": "my_first_connection"}'`
    case 'node':
      return `// npm install terra-api
import { TerraClient } from 'terra-api'

const terra = new TerraClient({
  devId: '${devId}',
  apiKey: '${apiKey}',
  baseUrl: '${publicUrl}/v2', // the one line that is new
})

const session = await terra.authentication.generatewidgetsession({
  reference_id: 'my_first_connection',
})
console.log(session.url)`
    case 'python':
      return `# pip install terra-python
from terra import Terra

terra = Terra(
    dev_id="${devId}",
    api_key="${apiKey}",
    base_url="${publicUrl}/v2",  # the one line that is new
)

session = terra.authentication.generatewidgetsession(
    reference_id="my_first_connection",
)
print(session.url)`
  }
}
