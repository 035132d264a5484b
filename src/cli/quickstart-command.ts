import type { Command } from 'commander'
export function addQuickstart(_program: Command): void {}
